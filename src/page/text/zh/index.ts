import * as influence from "../../../text/zh/influence.js";
import { families, methods } from "../../../text/zh/methods.js";
import { advice, asks, labels, whys } from "../../../text/zh/tree.js";
import type { Texts } from "../texts.js";
import { breakIt } from "./break.js";
import { choose } from "./choose.js";
import { common } from "./common.js";
import { see } from "./see.js";
import { train } from "./train.js";

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
