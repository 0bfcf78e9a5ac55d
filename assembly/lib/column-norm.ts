// What a norm does to a block of columns, `rows` rows `step` bytes apart: runs.ts, down many columns at once. Column c is plane
// `first` + c of its sample, whose set has the statistics; weight and bias are per plane, rowWeight and rowBias per row. Scratch:
// float32 rows of what belongs to the columns, four at most.
import { addProducts, goBack, scale } from "./column-loops";
import { BLOCK, rowBytes } from "./column-moments";
import { meanOf, rstdOf, STATS } from "./moments";
import { at, setOf } from "./planes";
import { sound, tame } from "./runs";

/** y = (x − mean)·rstd·weight + bias. */
export function normalizeColumns(
  y: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  rowWeight: usize,
  rowBias: usize,
  first: i32,
  runs: i32,
  planeStep: i32,
  channels: i32,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const a = m + rowBytes(cols);
  const b = a + rowBytes(cols);
  let wild = false;
  for (let c = 0; c < cols; c++) {
    const p = first + c;
    const own = stats + <usize>setOf(p, runs, planeStep) * STATS;
    const mean = meanOf(own);
    const w = rstdOf(own) * at(weight, p % channels, 1);
    const o = (<usize>c) << 2;
    const high = <f32>mean;
    store<f32>(m + o, high);
    store<f32>(a + o, <f32>w);
    store<f32>(b + o, <f32>(at(bias, p % channels, 0) - (mean - <f64>high) * w));
    if (!tame(rstdOf(own))) wild = true;
  }
  const full = (<usize>(cols >> 2)) << 4;
  scale<v128>(y, x, m, a, b, rowWeight, rowBias, rows, step, 0, full, 4);
  if (cols & 3) scale<f32>(y, x, m, a, b, rowWeight, rowBias, rows, step, full, full + 1, cols & 3);
  for (let c = 0; wild && c < cols; c++) {
    const p = first + c;
    const own = stats + <usize>setOf(p, runs, planeStep) * STATS;
    if (tame(rstdOf(own))) continue;
    const w = at(weight, p % channels, 1);
    const shift = at(bias, p % channels, 0);
    for (let r = 0; r < rows; r++) {
      const o = <usize>r * step + ((<usize>c) << 2);
      const h = (<f64>load<f32>(x + o) - meanOf(own)) * rstdOf(own) * w + shift;
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
  first: i32,
  runs: i32,
  planeStep: i32,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const s = m + rowBytes(cols);
  const q = s + rowBytes(cols);
  for (let c = 0; c < cols; c++) {
    const own = stats + <usize>setOf(first + c, runs, planeStep) * STATS;
    store<f32>(m + ((<usize>c) << 2), <f32>meanOf(own));
    v128.store(out + <usize>c * outStep, f64x2.splat(0));
  }
  const full = (<usize>(cols >> 2)) << 4;
  for (let done = 0; done < rows; done += BLOCK) {
    const n = min(BLOCK, rows - done);
    const from = <usize>done * step;
    const w = rowWeight ? rowWeight + ((<usize>done) << 2) : 0;
    memory.fill(s, 0, rowBytes(cols));
    memory.fill(q, 0, rowBytes(cols));
    addProducts<v128>(s, q, dy + from, x + from, m, w, n, step, 0, full, 4);
    if (cols & 3)
      addProducts<f32>(s, q, dy + from, x + from, m, w, n, step, full, full + 1, cols & 3);
    for (let c: usize = 0; c < <usize>cols; c++) {
      const p = out + c * outStep;
      store<f64>(p, load<f64>(p) + <f64>load<f32>(s + (c << 2)));
      store<f64>(p, load<f64>(p, 8) + <f64>load<f32>(q + (c << 2)), 8);
    }
  }
  for (let c = 0; c < cols; c++, out += outStep) {
    const own = stats + <usize>setOf(first + c, runs, planeStep) * STATS;
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

/** dx = rstd·(weight·rowWeight·dy − m1 − x̂·m2), m1 and m2 the two `means` [sets, 2] (or 0) of a set. */
export function gradientColumns(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  means: usize,
  weight: usize,
  rowWeight: usize,
  first: i32,
  runs: i32,
  planeStep: i32,
  channels: i32,
  rows: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const m = scratch;
  const p = m + rowBytes(cols);
  const q = p + rowBytes(cols);
  const r = q + rowBytes(cols);
  let wild = false;
  for (let c = 0; c < cols; c++) {
    const set: usize = setOf(first + c, runs, planeStep);
    const mean = meanOf(stats + set * STATS);
    const rstd = rstdOf(stats + set * STATS);
    const m1 = means ? load<f64>(means + (set << 4)) : 0;
    const m2 = means ? load<f64>(means + (set << 4), 8) : 0;
    const slope = -rstd * rstd * m2;
    const high = <f32>mean;
    const o = (<usize>c) << 2;
    store<f32>(m + o, high);
    store<f32>(p + o, <f32>(rstd * at(weight, (first + c) % channels, 1)));
    store<f32>(q + o, <f32>slope);
    store<f32>(r + o, <f32>(-rstd * m1 - (mean - <f64>high) * slope));
    if (!tame(rstd)) wild = true;
  }
  const full = (<usize>(cols >> 2)) << 4;
  goBack<v128>(dx, dy, x, m, p, q, r, rowWeight, rows, step, 0, full, 4);
  if (cols & 3) goBack<f32>(dx, dy, x, m, p, q, r, rowWeight, rows, step, full, full + 1, cols & 3);
  for (let c = 0; wild && c < cols; c++) {
    const set: usize = setOf(first + c, runs, planeStep);
    const own = stats + set * STATS;
    const rstd = rstdOf(own);
    if (tame(rstd)) continue;
    const w = at(weight, (first + c) % channels, 1);
    const m1 = means ? load<f64>(means + (set << 4)) : 0;
    const m2 = means ? load<f64>(means + (set << 4), 8) : 0;
    for (let row = 0; row < rows; row++) {
      const o = <usize>row * step + ((<usize>c) << 2);
      const h = (<f64>load<f32>(x + o) - meanOf(own)) * rstd;
      const g = w * <f64>load<f32>(dy + o) * at(rowWeight, row, 1);
      store<f32>(dx + o, <f32>(rstd * (g - m1 - h * m2)));
    }
  }
}
