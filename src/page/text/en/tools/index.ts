import { families, methods } from "../../../../text/en/methods.js";
import { common } from "../common.js";
import { table } from "./table.js";

export const en = { common, families, methods, table };
