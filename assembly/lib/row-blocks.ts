// dweight and dbias of layer norm: sums down a block of rows.
import { meanOf, rstdOf, STATS } from "./moments";
import { tame } from "./runs";
import { madd } from "./simd";

/** dweight += dy·x̂ and dbias += dy on n columns of a row. */
function addRow(
  dweight: usize,
  dbias: usize,
  dy: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
): void {
  const end = x + ((<usize>n) << 2);
  if (tame(rstd)) {
    const high = <f32>mean;
    const m = f32x4.splat(high);
    const a = f32x4.splat(<f32>rstd);
    const c = f32x4.splat(<f32>((<f64>high - mean) * rstd));
    // dweight[i] += dy[i] * ((x[i] - mean) * rstd + low); dbias[i] += dy[i]
    for (; x + 64 <= end; x += 64, dy += 64, dweight += 64, dbias += 64) {
      const g0 = v128.load(dy);
      const h0 = madd(f32x4.sub(v128.load(x), m), a, c);
      v128.store(dweight, madd(g0, h0, v128.load(dweight)));
      v128.store(dbias, f32x4.add(g0, v128.load(dbias)));
      const g1 = v128.load(dy, 16);
      const h1 = madd(f32x4.sub(v128.load(x, 16), m), a, c);
      v128.store(dweight, madd(g1, h1, v128.load(dweight, 16)), 16);
      v128.store(dbias, f32x4.add(g1, v128.load(dbias, 16)), 16);
      const g2 = v128.load(dy, 32);
      const h2 = madd(f32x4.sub(v128.load(x, 32), m), a, c);
      v128.store(dweight, madd(g2, h2, v128.load(dweight, 32)), 32);
      v128.store(dbias, f32x4.add(g2, v128.load(dbias, 32)), 32);
      const g3 = v128.load(dy, 48);
      const h3 = madd(f32x4.sub(v128.load(x, 48), m), a, c);
      v128.store(dweight, madd(g3, h3, v128.load(dweight, 48)), 48);
      v128.store(dbias, f32x4.add(g3, v128.load(dbias, 48)), 48);
    }
    for (; x + 16 <= end; x += 16, dy += 16, dweight += 16, dbias += 16) {
      const g = v128.load(dy);
      const h = madd(f32x4.sub(v128.load(x), m), a, c);
      v128.store(dweight, madd(g, h, v128.load(dweight)));
      v128.store(dbias, f32x4.add(g, v128.load(dbias)));
    }
  }
  for (; x < end; x += 4, dy += 4, dweight += 4, dbias += 4) {
    const g = <f64>load<f32>(dy);
    const h = (<f64>load<f32>(x) - mean) * rstd;
    store<f32>(dweight, <f32>(<f64>load<f32>(dweight) + g * h));
    store<f32>(dbias, load<f32>(dbias) + <f32>g);
  }
}

/**
 * dweight = Σ dy·x̂ and dbias = Σ dy over `rows` rows, `step` bytes apart, on n columns. It goes row by row. Two rows
 * at a time gain nothing. Tiles of columns with the sums in registers lose a third, for rows of a power-of-two length
 * share cache sets.
 */
export function parameterGradients(
  dweight: usize,
  dbias: usize,
  dy: usize,
  x: usize,
  stats: usize,
  rows: i32,
  step: usize,
  n: i32,
): void {
  memory.fill(dweight, 0, (<usize>n) << 2);
  memory.fill(dbias, 0, (<usize>n) << 2);
  for (let r = 0; r < rows; r++, stats += STATS, dy += step, x += step) {
    addRow(dweight, dbias, dy, x, n, meanOf(stats), rstdOf(stats));
  }
}
