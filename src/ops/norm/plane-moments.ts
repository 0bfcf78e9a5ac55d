import { type Tensor, temporary } from "../../tensor.js";

export interface Moments {
  mean: Float64Array;
  /** The biased variance: divided by the count, not by the count less one. */
  variance: Float64Array;
}

/**
 * Mean and biased variance of each of `rows` runs of `length` floats of x. With `centre` false, 0 and the mean square.
 */
export function planeMoments(x: Tensor, rows: number, length: number, centre = true): Moments {
  using stats = temporary(x.runtime, [rows, 2], "float64");
  const args = [stats.ptr, x.ptr, length, length, 1, Number(centre), 0] as const;
  x.runtime.run("layerNormMoments", rows, length, args);
  const pairs = stats.elements;
  const pick = (k: number) => Float64Array.from({ length: rows }, (_, i) => pairs[2 * i + k]);
  return { mean: pick(0), variance: pick(1) };
}

/** Mean and biased variance of each channel over the batch, from those of planes [batch, channels] of one length. */
export function overBatch({ mean, variance }: Moments, channels: number): Moments {
  const batch = mean.length / channels;
  const planesOf = (c: number) => Array.from({ length: batch }, (_, n) => n * channels + c);
  const average = (c: number, value: (p: number) => number) =>
    planesOf(c).reduce((sum, p) => sum + value(p), 0) / batch;
  const all = Float64Array.from({ length: channels }, (_, c) => average(c, (p) => mean[p]));
  return {
    mean: all,
    variance: all.map((m, c) => average(c, (p) => variance[p] + (mean[p] - m) ** 2)),
  };
}
