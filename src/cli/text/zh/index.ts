import { articles, corrections } from "../../../text/zh/corrections.js";
import { parts, disturbances as titles, words } from "../../../text/zh/influence.js";
import { normTexts } from "../../../text/zh/norm-verdicts.js";
import { advice, asks, labels } from "../../../text/zh/tree.js";
import { truths as claims } from "../../../text/zh/truths.js";
import type { Texts } from "../en/index.js";
import { all } from "./all.js";
import { convert, fold, inspect } from "./checkpoint.js";
import { choose } from "./choose.js";
import { common } from "./common.js";
import { compare } from "./compare.js";
import { facts } from "./facts.js";
import { gradients } from "./gradients.js";
import { influence } from "./influence.js";
import { layers } from "./layers.js";
import { padding } from "./padding.js";
import { page } from "./page.js";
import { ranks } from "./ranks.js";
import { runningStats } from "./running-stats.js";
import { see } from "./see.js";
import { speech } from "./speech.js";
import { style } from "./style.js";
import { transformer } from "./transformer.js";

/** What the page says too. */
const shared = {
  articles,
  corrections,
  norms: normTexts,
  tree: { advice, asks, labels },
  disturbances: { titles, parts, refused: words.refused },
};

const truths: Texts["truths"] = ({ id }) => claims[id];

export const zh = {
  ...shared,
  ...{ common, facts, speech, truths },
  ...{
    layers,
    see,
    influence,
    runningStats,
    gradients,
    padding,
    transformer,
    style,
    compare,
    choose,
  },
  ...{ all, page, ranks },
  ...{ inspect, fold, convert },
} satisfies Texts;
