import { logDouble } from "../lib/math";
import { loadTail, storeTail } from "../lib/simd";
import { affine, rowExpSum, rowMax } from "../lib/softmax";

/**
 * losses [n] (float64) of each row of x [n, classes]: ln Σ e^x − (1 − smoothing)·x[target] − smoothing·mean(x), or 0
 * where the target is negative. stats [n, 2] (float64): the row's max and Σ e^(x − max). targets are int32, checked by
 * the caller. Range: rows.
 */
export function crossEntropyForward(
  losses: usize,
  stats: usize,
  x: usize,
  targets: usize,
  classes: i32,
  smoothing: f64,
  begin: i32,
  end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const from = x + ((<usize>row * classes) << 2);
    const shift = rowMax(from, classes);
    const sum = rowExpSum(0, from, shift, classes);
    const target = load<i32>(targets + ((<usize>row) << 2));
    let loss: f64 = 0;
    if (target >= 0) {
      const chosen = <f64>load<f32>(from + ((<usize>target) << 2)) - <f64>shift;
      loss = logDouble(sum) - chosen;
      if (smoothing !== 0) {
        // This is mean(x − max). It is rarely needed, so the loop is plain.
        let rest: f64 = 0;
        for (let i = 0; i < classes; i++)
          rest += <f64>load<f32>(from + ((<usize>i) << 2)) - <f64>shift;
        loss += smoothing * (chosen - rest / <f64>classes);
      }
    }
    store<f64>(losses + ((<usize>row) << 3), loss);
    store<f64>(stats + ((<usize>row) << 4), <f64>shift);
    store<f64>(stats + ((<usize>row) << 4), sum, 8);
  }
}

/**
 * dx = (softmax(x) − (1 − smoothing)·onehot − smoothing/classes)·dloss/divisor, or 0 where the target is negative.
 * dloss is one float, or with perRow one float a row. Range: rows.
 */
export function crossEntropyBackward(
  dx: usize,
  dloss: usize,
  stats: usize,
  x: usize,
  targets: usize,
  classes: i32,
  divisor: f64,
  perRow: i32,
  smoothing: f64,
  begin: i32,
  end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const start = (<usize>row * classes) << 2;
    const from = x + start;
    const to = dx + start;
    const target = load<i32>(targets + ((<usize>row) << 2));
    if (target < 0) {
      memory.fill(to, 0, (<usize>classes) << 2);
      continue;
    }
    const upstream = <f64>load<f32>(dloss + (perRow !== 0 ? (<usize>row) << 2 : 0)) / divisor;
    const scale = upstream / load<f64>(stats + ((<usize>row) << 4), 8);
    const even = (upstream * smoothing) / <f64>classes;
    // dx[i] = e^(x[i] − max)·(dloss/(divisor·Σ)) − even, then dx[target] −= (1 − smoothing)·dloss/divisor
    rowExpSum(to, from, <f32>load<f64>(stats + ((<usize>row) << 4)), classes);
    affine(to, to, 0, <f32>scale, <f32>even, classes);
    const chosen = to + ((<usize>target) << 2);
    store<f32>(chosen, load<f32>(chosen) - <f32>(upstream * (1 - smoothing)));
  }
}

/** partials (float64) = Σ (a − b)² of pieces of `pieceLength` elements. Range: pieces. */
export function squaredErrorSums(
  partials: usize,
  a: usize,
  b: usize,
  size: i32,
  pieceLength: i32,
  begin: i32,
  end: i32,
): void {
  for (let piece = begin; piece < end; piece++) {
    const to = min((piece + 1) * pieceLength, size);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let i = piece * pieceLength;
    for (; i + 4 <= to; i += 4) {
      const o = (<usize>i) << 2;
      const d = f32x4.sub(v128.load(a + o), v128.load(b + o));
      const square = f32x4.mul(d, d);
      low = f64x2.add(low, f64x2.promote_low_f32x4(square));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(square, square, 2, 3, 2, 3)));
    }
    if (i < to) {
      const o = (<usize>i) << 2;
      const d = f32x4.sub(loadTail(a + o, to - i), loadTail(b + o, to - i));
      const square = f32x4.mul(d, d);
      low = f64x2.add(low, f64x2.promote_low_f32x4(square));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(square, square, 2, 3, 2, 3)));
    }
    const sum = f64x2.add(low, high);
    const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    store<f64>(partials + ((<usize>piece) << 3), total);
  }
}

/** da = (a − b)·dloss·factor. The gradient of b is its negative. dloss is one float. Range: elements. */
export function squaredErrorBackward(
  da: usize,
  dloss: usize,
  a: usize,
  b: usize,
  factor: f64,
  begin: i32,
  end: i32,
): void {
  const scale = f32x4.splat(<f32>(<f64>load<f32>(dloss) * factor));
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(da + o, f32x4.mul(f32x4.sub(v128.load(a + o), v128.load(b + o)), scale));
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    const n = end - i;
    storeTail(da + o, f32x4.mul(f32x4.sub(loadTail(a + o, n), loadTail(b + o, n)), scale), n);
  }
}
