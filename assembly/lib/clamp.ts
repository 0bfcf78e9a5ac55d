// max(…, tau) on a run of floats: the thresholded linear unit of FRN, or with tau = 0 ReLU.
import { total } from "./block-sums";
import { loadTail, madd, storeTail } from "./simd";

/** y = max((x − high)·scale + shift, tau) on n floats; y may be x. */
export function clampRun(
  y: usize,
  x: usize,
  n: i32,
  high: f32,
  scale: f32,
  shift: f32,
  tau: f32,
): void {
  const m = f32x4.splat(high);
  const a = f32x4.splat(scale);
  const b = f32x4.splat(shift);
  const least = f32x4.splat(tau);
  const end = x + ((<usize>n) << 2);
  // y[i] = max((x[i] - high) * scale + shift, tau); pmax in this order keeps NaN and is one instruction
  for (; x + 64 <= end; x += 64, y += 64) {
    v128.store(y, f32x4.pmax(madd(f32x4.sub(v128.load(x), m), a, b), least));
    v128.store(y, f32x4.pmax(madd(f32x4.sub(v128.load(x, 16), m), a, b), least), 16);
    v128.store(y, f32x4.pmax(madd(f32x4.sub(v128.load(x, 32), m), a, b), least), 32);
    v128.store(y, f32x4.pmax(madd(f32x4.sub(v128.load(x, 48), m), a, b), least), 48);
  }
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(y, f32x4.pmax(madd(f32x4.sub(v128.load(x), m), a, b), least));
  }
  for (; x < end; x += 4, y += 4)
    store<f32>(y, max<f32>((load<f32>(x) - high) * scale + shift, tau));
}

/**
 * dz = 0 where y ≤ tau, else dy; returns Σdy where y is not above tau. At NaN both get dy, as from torch.max. dz may be
 * y.
 */
export function clampBack(dz: usize, dy: usize, y: usize, n: i32, tau: f32): f64 {
  const least = f32x4.splat(tau);
  let sum: f64 = 0;
  for (let from = 0; from < n; from += 1024) {
    const to = min(from + 1024, n);
    let rest = f32x4.splat(0);
    let i = from;
    // dz[i] = y[i] <= tau ? 0 : dy[i]
    for (; i + 4 <= to; i += 4) {
      const o = (<usize>i) << 2;
      const g = v128.load(dy + o);
      const v = v128.load(y + o);
      v128.store(dz + o, v128.andnot(g, f32x4.le(v, least)));
      rest = f32x4.add(rest, v128.andnot(g, f32x4.gt(v, least)));
    }
    if (i < to) {
      const o = (<usize>i) << 2;
      const g = loadTail(dy + o, to - i);
      const v = loadTail(y + o, to - i);
      storeTail(dz + o, v128.andnot(g, f32x4.le(v, least)), to - i);
      rest = f32x4.add(rest, v128.andnot(g, f32x4.gt(v, least)));
    }
    sum += total(rest);
  }
  return sum;
}
