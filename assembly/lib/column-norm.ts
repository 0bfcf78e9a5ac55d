// What a norm does to a block of columns, `rows` rows `step` bytes apart: runs.ts, but down many columns at once. Each
// column has its statistics, weight and bias. rowWeight and rowBias are per row. All parameters may be 0. The output
// may be the input: the vector loops leave out columns whose rstd float32 does not hold, and do not write them twice.
// Scratch: four rows of rowBytes and a vector, as a loop that begins at any column may read beyond the last.
import { addProducts, goBack, scale } from "./column-loops";
import { BLOCK, rowBytes } from "./column-moments";
import { meanOf, rstdOf, STATS } from "./moments";
import { sound, tame } from "./runs";
import { at } from "./sets";

/** The first column from c on with an rstd that is not tame, or `cols`. */
function wildFrom(stats: usize, c: i32, cols: i32): i32 {
  while (c < cols && tame(rstdOf(stats + <usize>c * STATS))) c++;
  return c;
}

/** y = ((x − mean)·rstd·weight + bias)·rowWeight + rowBias. */
export function normalizeColumns(
  y: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  rowWeight: usize,
  rowBias: usize,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const a = m + rowBytes(cols);
  const b = a + rowBytes(cols);
  for (let c = 0, own = stats; c < cols; c++, own += STATS) {
    const o = (<usize>c) << 2;
    const mean = meanOf(own);
    const w = rstdOf(own) * at(weight, c, 1);
    const high = <f32>mean;
    store<f32>(m + o, high);
    store<f32>(a + o, <f32>w);
    store<f32>(b + o, <f32>(at(bias, c, 0) - (mean - <f64>high) * w));
  }
  for (let c = 0; c < cols; c++) {
    const from = (<usize>c) << 2;
    const first = c;
    c = wildFrom(stats, c, cols);
    const n = (c - first) & 3;
    const full = from + ((<usize>(c - first - n)) << 2);
    scale<v128>(y, x, m, a, b, rowWeight, rowBias, rows, step, from, full, 4);
    if (n) scale<f32>(y, x, m, a, b, rowWeight, rowBias, rows, step, full, full + 1, n);
    if (c === cols) return;
    const own = stats + <usize>c * STATS;
    const w = rstdOf(own) * at(weight, c, 1);
    for (let r = 0; r < rows; r++) {
      const o = <usize>r * step + ((<usize>c) << 2);
      const h = (<f64>load<f32>(x + o) - meanOf(own)) * w + at(bias, c, 0);
      store<f32>(y + o, <f32>(h * at(rowWeight, r, 1) + at(rowBias, r, 0)));
    }
  }
}

/** (Σg, Σg·x̂) of each column (float64) at out, `outStep` bytes apart, g = dy·rowWeight. */
export function sumColumns(
  out: usize,
  outStep: usize,
  dy: usize,
  x: usize,
  stats: usize,
  rowWeight: usize,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const s = m + rowBytes(cols);
  const q = s + rowBytes(cols);
  for (let c: usize = 0; c < <usize>cols; c++) {
    store<f32>(m + (c << 2), <f32>meanOf(stats + c * STATS));
    v128.store(out + c * outStep, f64x2.splat(0));
  }
  const full = (<usize>(cols >> 2)) << 4;
  for (let done = 0; done < rows; done += BLOCK) {
    const n = min(BLOCK, rows - done);
    const o = <usize>done * step;
    const w = rowWeight ? rowWeight + ((<usize>done) << 2) : 0;
    memory.fill(s, 0, 2 * rowBytes(cols));
    addProducts<v128>(s, q, dy + o, x + o, m, w, n, step, 0, full, 4);
    if (cols & 3) addProducts<f32>(s, q, dy + o, x + o, m, w, n, step, full, full + 1, cols & 3);
    for (let c: usize = 0; c < <usize>cols; c++) {
      const p = out + c * outStep;
      store<f64>(p, load<f64>(p) + <f64>load<f32>(s + (c << 2)));
      store<f64>(p, load<f64>(p, 8) + <f64>load<f32>(q + (c << 2)), 8);
    }
  }
  for (let c = 0, own = stats; c < cols; c++, out += outStep, own += STATS) {
    const mean = meanOf(own);
    const rstd = rstdOf(own);
    const product = load<f64>(out, 8) - (mean - <f64>(<f32>mean)) * load<f64>(out);
    store<f64>(out, product * rstd, 8);
    if (tame(rstd) && sound(product)) continue;
    let sum: f64 = 0;
    let dot: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const o = <usize>r * step + ((<usize>c) << 2);
      const g = <f64>load<f32>(dy + o) * at(rowWeight, r, 1);
      sum += g;
      dot += g * ((<f64>load<f32>(x + o) - mean) * rstd);
    }
    store<f64>(out, sum);
    store<f64>(out, dot, 8);
  }
}

/** dx = rstd·(weight·rowWeight·dy − m1 − x̂·m2), m1 and m2 the two `means` (float64) of each column. */
export function gradientColumns(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  means: usize,
  weight: usize,
  rowWeight: usize,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const p = m + rowBytes(cols);
  const q = p + rowBytes(cols);
  const r = q + rowBytes(cols);
  for (let c = 0; c < cols; c++) {
    const own = stats + <usize>c * STATS;
    const o = (<usize>c) << 2;
    const mean = meanOf(own);
    const rstd = rstdOf(own);
    const m1 = load<f64>(means + ((<usize>c) << 4));
    const slope = -rstd * rstd * load<f64>(means + ((<usize>c) << 4), 8);
    const high = <f32>mean;
    store<f32>(m + o, high);
    store<f32>(p + o, <f32>(rstd * at(weight, c, 1)));
    store<f32>(q + o, <f32>slope);
    store<f32>(r + o, <f32>(-rstd * m1 - (mean - <f64>high) * slope));
  }
  for (let c = 0; c < cols; c++) {
    const from = (<usize>c) << 2;
    const first = c;
    c = wildFrom(stats, c, cols);
    const n = (c - first) & 3;
    const full = from + ((<usize>(c - first - n)) << 2);
    goBack<v128>(dx, dy, x, m, p, q, r, rowWeight, rows, step, from, full, 4);
    if (n) goBack<f32>(dx, dy, x, m, p, q, r, rowWeight, rows, step, full, full + 1, n);
    if (c === cols) return;
    const own = stats + <usize>c * STATS;
    const rstd = rstdOf(own);
    const w = at(weight, c, 1);
    const m1 = load<f64>(means + ((<usize>c) << 4));
    const m2 = load<f64>(means + ((<usize>c) << 4), 8);
    for (let row = 0; row < rows; row++) {
      const o = <usize>row * step + ((<usize>c) << 2);
      const h = (<f64>load<f32>(x + o) - meanOf(own)) * rstd;
      const g = w * <f64>load<f32>(dy + o) * at(rowWeight, row, 1);
      store<f32>(dx + o, <f32>(rstd * (g - m1 - h * m2)));
    }
  }
}
