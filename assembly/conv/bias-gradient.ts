import { loadTail, storeTail } from "../lib/simd";

/** sums[j] = Σi x[i][j] of a [rows, columns] matrix, in float64. It is the gradient of a bias. Item = 4 columns. */
export function sumColumns(
  sums: usize,
  x: usize,
  rows: i32,
  columns: i32,
  begin: i32,
  end: i32,
): void {
  const pitch = (<usize>columns) << 2;
  for (let item = begin; item < end; item++) {
    const lanes = min(4, columns - item * 4);
    let from = x + ((<usize>item) << 4);
    let low: v128 = f64x2.splat(0);
    let high: v128 = f64x2.splat(0);
    for (let i = 0; i < rows; i++, from += pitch) {
      const v = lanes >= 4 ? v128.load(from) : loadTail(from, lanes);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3)));
    }
    const sum = v128.shuffle<i64>(
      f32x4.demote_f64x2_zero(low),
      f32x4.demote_f64x2_zero(high),
      0,
      2,
    );
    const to = sums + ((<usize>item) << 4);
    if (lanes >= 4) v128.store(to, sum);
    else storeTail(to, sum, lanes);
  }
}

/**
 * sums[c] = Σ over images and pixels of x[n][c][pixel], in float64. It is the gradient of a bias. Item = one channel.
 */
export function sumChannels(
  sums: usize,
  x: usize,
  images: i32,
  channels: i32,
  plane: i32,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    let low: v128 = f64x2.splat(0);
    let high: v128 = f64x2.splat(0);
    let rest: f64 = 0;
    for (let n = 0; n < images; n++) {
      const from = x + ((<usize>(n * channels + c) * plane) << 2);
      let i = 0;
      for (; i + 4 <= plane; i += 4) {
        const v = v128.load(from + ((<usize>i) << 2));
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3)));
      }
      for (; i < plane; i++) rest += load<f32>(from + ((<usize>i) << 2));
    }
    const sum = f64x2.add(low, high);
    const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
    store<f32>(sums + ((<usize>c) << 2), <f32>total);
  }
}
