import { activationMethods } from "./activation.js";
import { batchMethods } from "./batch.js";
import { conditionalMethods } from "./conditional.js";
import { dataMethods } from "./data.js";
import type { Method } from "./method.js";
import { sampleMethods } from "./sample.js";
import { vectorMethods } from "./vector.js";
import { weightMethods } from "./weights.js";

export type { Family, MakeOptions, Method } from "./method.js";

/** Every normalisation there is here. A new one is one more row. */
export const methods: readonly Method[] = /* @__PURE__ */ [
  batchMethods,
  sampleMethods,
  vectorMethods,
  conditionalMethods,
  activationMethods,
  weightMethods,
  dataMethods,
].flat();
