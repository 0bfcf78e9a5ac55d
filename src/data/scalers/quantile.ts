import { exp } from "../../portable-math.js";

/** The q-quantile of ascending values, interpolated linearly between neighbours (NumPy's default). */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  return below === above ? below : below + (above - below) * (at - Math.floor(at)); // equal infinities too
}

/** The value of N(0, 1) with the share p below it: Newton's method on Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …). */
export function normalQuantile(p: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? -Infinity : Infinity;
  let x = 0;
  for (let step = 0; step < 100; step++) {
    const density = exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    const change = (0.5 + density * sum - p) / density;
    x -= Math.max(-1, Math.min(1, change));
    if (Math.abs(change) < 1e-14) break;
  }
  return x;
}
