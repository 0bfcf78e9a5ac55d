import { families, methods } from "../../../../text/zh/methods.js";
import { normTexts } from "../../../../text/zh/norm-verdicts.js";
import type { ToolsTexts } from "../../texts.js";
import { common } from "../common.js";
import { machine } from "./machine.js";
import { norms } from "./norms.js";
import { results } from "./results.js";
import { table } from "./table.js";

export const zh = {
  common,
  families,
  methods,
  table,
  machine,
  norms,
  normTexts,
  results,
} satisfies ToolsTexts;
