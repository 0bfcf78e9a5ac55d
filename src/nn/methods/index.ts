import { activation } from "./activation.js";
import { batch } from "./batch.js";
import { conditional } from "./conditional.js";
import { data } from "./data.js";
import type { Family, Method } from "./method.js";
import { sample } from "./sample.js";
import { vector } from "./vector.js";
import { weights } from "./weights.js";

export type { Family, MakeOptions, Method } from "./method.js";

/**
 * Every normalisation there is here. A new one is one more row. Only literals: a call at this level would put the table into every
 * bundle, for esbuild leaves marks of pure calls out of what it minifies.
 */
export const methodFamilies: readonly Family[] = [
  batch,
  sample,
  vector,
  conditional,
  activation,
  weights,
  data,
];

/** The rows of all families. */
export const methods = (): Method[] => methodFamilies.flatMap((family) => family.methods);
