// Where the web's types are.
import { tensor } from "evenkeel";

export const response = new Response(tensor([1, 2]).toArray());
