import { families, methods } from "../../../../text/en/methods.js";
import { normTexts } from "../../../../text/en/norm-verdicts.js";
import { common } from "../common.js";
import { machine } from "./machine.js";
import { norms } from "./norms.js";
import { results } from "./results.js";
import { table } from "./table.js";

export const en = { common, families, methods, table, machine, norms, normTexts, results };
