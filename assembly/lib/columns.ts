/**
 * out[c] = Σ over r < rows of x[r·stride + c] for c in begin … end, in float64 and in index order; stride in floats.
 */
export function columnSums(
  out: usize,
  x: usize,
  rows: i32,
  stride: i32,
  begin: i32,
  end: i32,
): void {
  const step = (<usize>stride) << 2;
  let c = begin;
  // low, high += x[r][c … c + 3]
  for (; c + 4 <= end; c += 4) {
    let low: v128 = f64x2.splat(0);
    let high = low;
    let p = x + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++, p += step) {
      const v = v128.load(p);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)));
    }
    const a = f32x4.demote_f64x2_zero(low);
    const b = f32x4.demote_f64x2_zero(high);
    v128.store(out + ((<usize>c) << 2), v128.shuffle<i64>(a, b, 0, 2));
  }
  for (; c < end; c++) {
    let sum: f64 = 0;
    let p = x + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++, p += step) sum += <f64>load<f32>(p);
    store<f32>(out + ((<usize>c) << 2), <f32>sum);
  }
}
