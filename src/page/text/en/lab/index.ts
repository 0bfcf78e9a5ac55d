import { corrections } from "../../../../text/en/corrections.js";

import { common } from "../common.js";
import { depth } from "./depth.js";
import { lab } from "./parts.js";

export const en = { common, lab, corrections, depth };
