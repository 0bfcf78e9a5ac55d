import type { Texts } from "../texts.js";
import { breakIt } from "./break.js";
import { choose } from "./choose.js";
import { common } from "./common.js";
import { families, methods } from "./methods.js";
import { see } from "./see.js";
import { train } from "./train.js";

export const zh = { common, families, methods, see, breakIt, train, choose } satisfies Texts;
