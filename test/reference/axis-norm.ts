import { sizeOf } from "../../src/tensor.js";
import type { Sets } from "./sets.js";

/** One set per position of [*, n, *] outside axis `axis`, one parameter per index on it. */
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
