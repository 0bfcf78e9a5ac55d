// What the channel-wise norms do to a run of floats; run-gradients.ts goes back.
import { madd } from "./simd";

/**
 * Whether float32 holds rstd, rstd² and all x − mean of such a set with room to spare. If not, or for NaN, float64 is
 * used.
 */
export function tame(rstd: f64): bool {
  return rstd > 1e-8 && rstd < 1e8;
}

/** False where a sum of products was not finite or went below float32's range. */
export function sound(product: f64): bool {
  const size = abs(product);
  return (size > 1e-30 && size < Infinity) || size === 0;
}

/**
 * y = (x − mean)·rstd·w + b on n floats. The mean is subtracted as two float32, its rounded value first: so 1e6 + N(0,
 * 1) keeps all digits that the input has.
 */
export function normalizeRun(
  y: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  b: f64,
): void {
  const end = x + ((<usize>n) << 2);
  if (!tame(rstd)) {
    for (; x < end; x += 4, y += 4) {
      store<f32>(y, <f32>((<f64>load<f32>(x) - mean) * rstd * w + b));
    }
    return;
  }
  const high = <f32>mean;
  const scale = <f32>(rstd * w);
  const shift = <f32>(b - (mean - <f64>high) * rstd * w);
  const m = f32x4.splat(high);
  const a = f32x4.splat(scale);
  const c = f32x4.splat(shift);
  // y[i] = (x[i] - mean) * scale + shift
  for (; x + 64 <= end; x += 64, y += 64) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m), a, c));
    v128.store(y, madd(f32x4.sub(v128.load(x, 16), m), a, c), 16);
    v128.store(y, madd(f32x4.sub(v128.load(x, 32), m), a, c), 32);
    v128.store(y, madd(f32x4.sub(v128.load(x, 48), m), a, c), 48);
  }
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m), a, c));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, (load<f32>(x) - high) * scale + shift);
}
