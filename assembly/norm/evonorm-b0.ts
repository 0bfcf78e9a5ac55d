// EvoNorm-B0 (Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967): x over the larger of two numbers, the batch's deviation
// and v·x plus the instance's deviation. Both deviations are given. What goes back to them is left to the caller, as
// sums.
import { total } from "../lib/block-sums";
import { at, planeOffset } from "../lib/sets";
import { loadTail, madd, storeTail } from "../lib/simd";

/** y = x / max(batchStd, v·x + std)·weight + bias; batchStd [channels] and std [planes] float64. Range: planes. */
export function evonormB0Forward(
  y: usize,
  x: usize,
  v: usize,
  weight: usize,
  bias: usize,
  batchStd: usize,
  std: usize,
  length: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  for (let p = begin; p < end; p++) {
    const c = p % channels;
    const from = x + planeOffset(p, length);
    const to = y + planeOffset(p, length);
    const slope = f32x4.splat(<f32>at(v, c, 1));
    const w = f32x4.splat(<f32>at(weight, c, 1));
    const b = f32x4.splat(<f32>at(bias, c, 0));
    const own = f32x4.splat(<f32>load<f64>(std + ((<usize>p) << 3)));
    const least = f32x4.splat(<f32>load<f64>(batchStd + ((<usize>c) << 3)));
    // y[i] = x[i] / max(batchStd, v * x[i] + std) * weight + bias
    for (let i = 0; i < length; i += 4) {
      const o = (<usize>i) << 2;
      const n = length - i;
      const t = n >= 4 ? v128.load(from + o) : loadTail(from + o, n);
      const d = f32x4.max(least, madd(slope, t, own));
      const h = madd(f32x4.div(t, d), w, b);
      if (n >= 4) v128.store(to + o, h);
      else storeTail(to + o, h, n);
    }
  }
}

/**
 * dx with the statistics held fixed, and sums [planes, 5]: Σdy, Σdy·h, and three of t = w·dy·h/d. These are Σt where
 * the batch's deviation is the larger, and Σt and Σt·x where it is not. h = x/d, and d is the larger deviation. Range:
 * planes.
 */
export function evonormB0Backward(
  dx: usize,
  sums: usize,
  dy: usize,
  x: usize,
  v: usize,
  weight: usize,
  batchStd: usize,
  std: usize,
  length: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  for (let p = begin; p < end; p++) {
    const c = p % channels;
    const offset = planeOffset(p, length);
    const slope = f32x4.splat(<f32>at(v, c, 1));
    const w = f32x4.splat(<f32>at(weight, c, 1));
    const own = f32x4.splat(<f32>load<f64>(std + ((<usize>p) << 3)));
    const least = f32x4.splat(<f32>load<f64>(batchStd + ((<usize>c) << 3)));
    const out = sums + <usize>p * 40;
    memory.fill(out, 0, 40);
    for (let from = 0; from < length; from += 1024) {
      const to = min(from + 1024, length);
      let sum = f32x4.splat(0);
      let product = sum;
      let ofBatch = sum;
      let ofOwn = sum;
      let ofSlope = sum;
      for (let i = from; i < to; i += 4) {
        const o = offset + ((<usize>i) << 2);
        const whole = to - i >= 4;
        const g = whole ? v128.load(dy + o) : loadTail(dy + o, to - i);
        const t = whole ? v128.load(x + o) : loadTail(x + o, to - i);
        const other = madd(slope, t, own);
        const second = f32x4.gt(other, least);
        let d = f32x4.max(least, other);
        if (!whole) {
          // behind the end 0 / d counts in the sums: it must not be 0/0
          const there = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(to - i));
          d = v128.bitselect(d, f32x4.splat(1), there);
        }
        const h = f32x4.div(t, d);
        const scaled = f32x4.mul(g, w);
        const q = f32x4.div(scaled, d);
        const change = f32x4.mul(q, h);
        const changeOwn = v128.and(change, second);
        sum = f32x4.add(sum, g);
        product = madd(g, h, product);
        ofBatch = f32x4.add(ofBatch, v128.andnot(change, second));
        ofOwn = f32x4.add(ofOwn, changeOwn);
        ofSlope = madd(v128.and(f32x4.mul(scaled, h), second), h, ofSlope); // x/d is h: 1/d alone may be subnormal
        const gradient = f32x4.sub(q, f32x4.mul(changeOwn, slope));
        if (whole) v128.store(dx + o, gradient);
        else storeTail(dx + o, gradient, to - i);
      }
      store<f64>(out, load<f64>(out) + total(sum));
      store<f64>(out, load<f64>(out, 8) + total(product), 8);
      store<f64>(out, load<f64>(out, 16) + total(ofBatch), 16);
      store<f64>(out, load<f64>(out, 24) + total(ofOwn), 24);
      store<f64>(out, load<f64>(out, 32) + total(ofSlope), 32);
    }
  }
}
