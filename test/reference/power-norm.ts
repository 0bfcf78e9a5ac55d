import { places } from "./channels.js";

/**
 * A training step of the authors' code. Gives the output, the input's gradient for `dy`, and both running values after
 * the step.
 */
export function powerNorm(
  shape: readonly number[],
  x: Float64Array,
  dy: Float64Array,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  phi: Float64Array,
  ema: Float64Array,
  warmUp: boolean,
) {
  const { channelOf } = places(shape);
  const count = x.length / shape[1];
  const mean = (values: Float64Array) => {
    const sums = new Float64Array(shape[1]);
    values.forEach((v, i) => {
      sums[channelOf(i)] += v / count;
    });
    return sums;
  };
  const square = mean(x.map((v) => v * v));
  const z = x.map((v, i) => v / Math.sqrt((warmUp ? square : phi)[channelOf(i)] + 1e-5));
  const approximate = z.map((v, i) => {
    const c = channelOf(i);
    return dy[i] * weight[c] - 0.1 * ema[c] * v;
  });
  const added = mean(approximate.map((g, i) => g * z[i]));
  return {
    y: z.map((v, i) => v * weight[channelOf(i)] + bias[channelOf(i)]),
    dx: approximate.map((g, i) => g / Math.sqrt(square[channelOf(i)] + 1e-5)),
    dweight: mean(z.map((v, i) => v * dy[i] * count)),
    dbias: mean(dy.map((v) => v * count)),
    phi: phi.map((v, c) => 0.9 * v + 0.1 * square[c]),
    ema: ema.map((v, c) => v + added[c]),
  };
}
