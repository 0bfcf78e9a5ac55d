import { sizeOf } from "../../src/tensor.js";
import type { Sets } from "./sets.js";

/**
 * There is one set for each position of [*, n, *] outside axis `axis`, and one parameter for each index on that axis.
 */
export function axisSets(shape: readonly number[], axis: number): Sets {
  const n = shape[axis];
  const inner = sizeOf(shape.slice(axis + 1));
  return {
    count: sizeOf(shape) / n,
    setOf: (i) => Math.floor(i / (n * inner)) * inner + (i % inner),
    parameters: n,
    parameterOf: (i) => Math.floor(i / inner) % n,
  };
}
