import { activation } from "./activation.js";
import { batch } from "./batch.js";
import { conditional } from "./conditional.js";
import { data } from "./data.js";
import type { Family } from "./method.js";
import { sample } from "./sample.js";
import { vector } from "./vector.js";
import { weights } from "./weights.js";

/**
 * The description of every normalisation, by kind, without the layers: a page can load these texts before any layer.
 */
export const methodDescriptions: readonly Family[] = [
  batch,
  sample,
  vector,
  conditional,
  activation,
  weights,
  data,
];
