import { groupNormSets } from "./group-norm.js";
import { type Sets, statistics } from "./sets.js";

/** There is one set for each sample and channel of [N, C, ...]. */
export const instanceNormSets = (shape: readonly number[]): Sets => groupNormSets(shape, shape[1]);

/**
 * Running statistics after one step. They move towards the mean, over the batch, of the instances' means and unbiased
 * variances.
 */
export function moved(
  x: ArrayLike<number>,
  shape: readonly number[],
  running: { mean: ArrayLike<number>; variance: ArrayLike<number> },
  momentum: number,
) {
  const [batch, channels] = shape;
  const { mean, variance, size } = statistics(x, instanceNormSets(shape));
  const average = (read: (set: number) => number) => (c: number) => {
    let sum = 0;
    for (let n = 0; n < batch; n++) sum += read(n * channels + c);
    return sum / batch;
  };
  const move = (old: ArrayLike<number>, now: (c: number) => number) =>
    Float64Array.from(old, (v, c) => (1 - momentum) * v + momentum * now(c));
  return {
    mean: move(
      running.mean,
      average((set) => mean[set]),
    ),
    variance: move(
      running.variance,
      average((set) => (variance[set] * size[set]) / (size[set] - 1)),
    ),
  };
}
