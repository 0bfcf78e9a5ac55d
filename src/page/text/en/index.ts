import { common } from "./common.js";
import { families, methods } from "./methods.js";
import { see } from "./see.js";

export const en = { common, families, methods, see };
