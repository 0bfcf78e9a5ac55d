import { normTable } from "../../nn/index.js";
import { activation } from "./activation.js";
import { batch } from "./batch.js";
import { conditional } from "./conditional.js";
import { data } from "./data.js";
import type { Description, Family, Method } from "./method.js";
import { sample } from "./sample.js";
import { vector } from "./vector.js";
import { weights } from "./weights.js";

export type { Description, Family, Method } from "./method.js";

const described: readonly Family[] = [
  batch,
  sample,
  vector,
  conditional,
  activation,
  weights,
  data,
];

const whole = (description: Description): Method => ({
  ...description,
  ...normTable.find(({ name }) => name === description.name),
});

/** Every normalisation there is here, by kind. A new one is one more row, and one of `nn.normTable`. */
export const methodFamilies = (): Family<Method>[] =>
  described.map((family) => ({ ...family, methods: family.methods.map(whole) }));

/** The rows of all families. */
export const methods = (): Method[] => methodFamilies().flatMap((family) => family.methods);
