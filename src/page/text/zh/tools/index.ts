import { families, methods } from "../../../../text/zh/methods.js";
import type { ToolsTexts } from "../../texts.js";
import { common } from "../common.js";
import { table } from "./table.js";

export const zh = { common, families, methods, table } satisfies ToolsTexts;
