import { families, methods } from "../en/methods.js";
import type { Texts } from "../texts.js";
import { common } from "./common.js";
import { see } from "./see.js";

export const zh = { common, families, methods, see } satisfies Texts;
