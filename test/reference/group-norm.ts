import { sizeOf } from "../../src/tensor.js";
import type { Sets } from "./sets.js";

/** There is one set for each sample and group of neighbouring channels of [N, C, ...]. */
export function groupNormSets(shape: readonly number[], groups: number): Sets {
  const [batch, channels, ...space] = shape;
  const size = (sizeOf(space) * channels) / groups;
  return {
    count: batch * groups,
    setOf: (i) => Math.floor(i / size),
    parameters: channels,
    parameterOf: (i) => Math.floor(i / sizeOf(space)) % channels,
  };
}
