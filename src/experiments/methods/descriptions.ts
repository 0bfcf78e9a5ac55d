import { activation } from "./activation.js";
import { batch } from "./batch.js";
import { conditional } from "./conditional.js";
import { data } from "./data.js";
import type { Family } from "./method.js";
import { sample } from "./sample.js";
import { vector } from "./vector.js";
import { weights } from "./weights.js";

/** What every normalisation here is, by kind, without the layers: texts that a page can load before any of these. */
export const methodDescriptions: readonly Family[] = [
  batch,
  sample,
  vector,
  conditional,
  activation,
  weights,
  data,
];
