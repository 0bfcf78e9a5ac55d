import { loadLanes, storeLanes } from "../lib/simd";

/**
 * out[plane][y][x] = max(bias[plane mod rows] + Σk p[plane][k][y][x + k·step], least), for k < taps and x < width. The
 * rows of p are `pitch` floats apart. It is the last sum of a convolution whose product had the columns of the filter
 * as its rows. bias is [rows] or 0. Item = one row of out.
 */
export function sumFilterColumns(
  out: usize,
  p: usize,
  bias: usize,
  least: f32,
  rows: i32,
  taps: i32,
  step: i32,
  height: i32,
  width: i32,
  pitch: i32,
  begin: i32,
  end: i32,
): void {
  const tapPitch = (<usize>(height * pitch + step)) << 2;
  for (let item = begin; item < end; item++) {
    const plane = item / height;
    const y = item - plane * height;
    const row = plane - (plane / rows) * rows;
    const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>row) << 2));
    let from = p + ((<usize>(plane * taps * height + y) * pitch) << 2);
    let to = out + ((<usize>item * width) << 2);
    let x = 0;
    for (; x + 4 <= width; x += 4, from += 16, to += 16)
      sumTaps<v128>(to, from, 4, taps, tapPitch, shift, least);
    if (x < width) sumTaps<f32>(to, from, width - x, taps, tapPitch, shift, least);
  }
}

function sumTaps<T>(
  to: usize,
  from: usize,
  n: i32,
  taps: i32,
  pitch: usize,
  shift: f32,
  least: f32,
): void {
  let sum = f32x4.splat(shift);
  for (let k = 0; k < taps; k++, from += pitch) sum = f32x4.add(sum, loadLanes<T>(from, n));
  storeLanes<T>(to, f32x4.max(sum, f32x4.splat(least)), n);
}
