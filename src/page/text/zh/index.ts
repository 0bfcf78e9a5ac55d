import type { Texts } from "../texts.js";
import { breakIt } from "./break.js";
import { choose } from "./choose.js";
import { common } from "./common.js";
import * as influence from "./influence.js";
import { families, methods } from "./methods.js";
import { see } from "./see.js";
import { train } from "./train.js";
import { advice, asks, labels, whys } from "./tree.js";

const tree = { advice, asks, labels, whys };

export const zh = {
  common,
  families,
  methods,
  see,
  breakIt,
  influence,
  train,
  choose,
  tree,
} satisfies Texts;
