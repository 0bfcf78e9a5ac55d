import { corrections } from "../../../../text/zh/corrections.js";
import type { LabTexts } from "../../texts.js";
import { common } from "../common.js";
import { depth } from "./depth.js";
import { lab } from "./parts.js";

export const zh = { common, lab, corrections, depth } satisfies LabTexts;
