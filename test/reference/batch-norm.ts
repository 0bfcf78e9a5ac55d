import { sizeOf } from "../../src/tensor.js";
import { type Sets, statistics } from "./sets.js";

/** There is one set for each channel of [N, C, ...]. */
export function batchNormSets(shape: readonly number[]): Sets {
  const [, channels, ...space] = shape;
  const channelOf = (i: number) => Math.floor(i / sizeOf(space)) % channels;
  return { count: channels, setOf: channelOf, parameters: channels, parameterOf: channelOf };
}

/** The running statistics after one training step. They take the unbiased variance. */
export function moved(
  x: ArrayLike<number>,
  shape: readonly number[],
  running: { mean: ArrayLike<number>; variance: ArrayLike<number> },
  momentum: number,
) {
  const { mean, variance, size } = statistics(x, batchNormSets(shape));
  const move = (old: ArrayLike<number>, now: (c: number) => number) =>
    Float64Array.from(old, (v, c) => (1 - momentum) * v + momentum * now(c));
  return {
    mean: move(running.mean, (c) => mean[c]),
    variance: move(running.variance, (c) => (variance[c] * size[c]) / (size[c] - 1)),
  };
}
