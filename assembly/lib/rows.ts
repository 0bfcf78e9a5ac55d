// What layer norm does to a row, or to a part of one. It is like runs.ts, with a weight and a bias for each column.
import { normalizeRun, tame } from "./runs";
import { madd } from "./simd";

/** y = (x − mean)·rstd·weight + bias on n columns; weight and bias may be 0. */
export function normalizeRow(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  n: i32,
  mean: f64,
  rstd: f64,
): void {
  if (!weight && !bias) {
    normalizeRun(y, x, n, mean, rstd, 1, 0);
    return;
  }
  const end = x + ((<usize>n) << 2);
  if (!tame(rstd)) {
    for (let o: usize = 0; x + o < end; o += 4) {
      const h = (<f64>load<f32>(x + o) - mean) * rstd;
      const w = weight ? <f64>load<f32>(weight + o) : 1;
      store<f32>(y + o, <f32>(h * w + (bias ? <f64>load<f32>(bias + o) : 0)));
    }
    return;
  }
  const high = <f32>mean;
  const scale = <f32>rstd;
  const low = <f32>((<f64>high - mean) * rstd);
  const m = f32x4.splat(high);
  const a = f32x4.splat(scale);
  const c = f32x4.splat(low);
  // y[i] = ((x[i] - mean) * rstd + low) * weight[i] + bias[i]. low is mostly too small to matter, and without it the
  // loop is 1.2 times as fast.
  if (weight && bias && abs(low) < 1e-8) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64, bias += 64) {
      v128.store(
        y,
        madd(f32x4.mul(f32x4.sub(v128.load(x), m), a), v128.load(weight), v128.load(bias)),
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 16), m), a),
          v128.load(weight, 16),
          v128.load(bias, 16),
        ),
        16,
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 32), m), a),
          v128.load(weight, 32),
          v128.load(bias, 32),
        ),
        32,
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 48), m), a),
          v128.load(weight, 48),
          v128.load(bias, 48),
        ),
        48,
      );
    }
  } else if (weight && bias) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64, bias += 64) {
      v128.store(
        y,
        madd(madd(f32x4.sub(v128.load(x), m), a, c), v128.load(weight), v128.load(bias)),
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 16), m), a, c),
          v128.load(weight, 16),
          v128.load(bias, 16),
        ),
        16,
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 32), m), a, c),
          v128.load(weight, 32),
          v128.load(bias, 32),
        ),
        32,
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 48), m), a, c),
          v128.load(weight, 48),
          v128.load(bias, 48),
        ),
        48,
      );
    }
  } else if (weight) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64) {
      v128.store(y, f32x4.mul(madd(f32x4.sub(v128.load(x), m), a, c), v128.load(weight)));
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 16), m), a, c), v128.load(weight, 16)),
        16,
      );
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 32), m), a, c), v128.load(weight, 32)),
        32,
      );
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 48), m), a, c), v128.load(weight, 48)),
        48,
      );
    }
  }
  let o: usize = 0;
  for (; x + o + 16 <= end; o += 16) {
    const h = madd(f32x4.sub(v128.load(x + o), m), a, c);
    const scaled = weight ? f32x4.mul(h, v128.load(weight + o)) : h;
    v128.store(y + o, bias ? f32x4.add(scaled, v128.load(bias + o)) : scaled);
  }
  for (; x + o < end; o += 4) {
    const h = (load<f32>(x + o) - high) * scale + low;
    const w: f32 = weight ? load<f32>(weight + o) : 1;
    store<f32>(y + o, h * w + (bias ? load<f32>(bias + o) : 0));
  }
}
