/** γ·x·g/(mean_c g + eps) + β + x of x [N, C, ...], where g is the 2-norm of a plane. */
export function globalResponseNorm(
  [batch, channels]: readonly number[],
  x: Float64Array,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  eps: number,
): Float64Array {
  const length = x.length / (batch * channels);
  const norms = Float64Array.from({ length: batch * channels }, (_, p) =>
    Math.hypot(...x.subarray(p * length, (p + 1) * length)),
  );
  return x.map((v, i) => {
    const p = Math.floor(i / length);
    const c = p % channels;
    const mean = norms.subarray(p - c, p - c + channels).reduce((sum, g) => sum + g / channels, 0);
    return gamma[c] * v * (norms[p] / (mean + eps)) + beta[c] + v;
  });
}
