import { corrections } from "../../../../text/en/corrections.js";

import { common } from "../common.js";
import { depth } from "./depth.js";
import { padding } from "./padding.js";
import { lab } from "./parts.js";
import { place } from "./place.js";
import { statistics } from "./statistics.js";
import { style } from "./style.js";

export const en = { common, lab, corrections, depth, statistics, padding, place, style };
