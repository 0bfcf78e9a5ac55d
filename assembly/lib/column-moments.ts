// Mean and variance of columns: moments.ts, down a block of columns at once.
import { addSquares } from "./column-loops";
import { moments64 } from "./moments";

/** Rows whose sums stay in float32: 64 additions a lane, as in moments.ts. */
export const BLOCK: i32 = 256;

/** Rows that make the first guess at a mean. */
const FEW: i32 = 16;

/** Bytes of a float32 row of what belongs to `cols` columns. */
export function rowBytes(cols: i32): usize {
  return (<usize>((cols + 3) >> 2)) << 4;
}

/** s = Σd and q = Σd² of each column, d = x − m. */
function sums(s: usize, q: usize, x: usize, m: usize, rows: i32, step: usize, cols: i32): void {
  memory.fill(s, 0, rowBytes(cols));
  memory.fill(q, 0, rowBytes(cols));
  const full = (<usize>(cols >> 2)) << 4;
  addSquares<v128>(s, q, x, m, rows, step, 0, full, 4);
  if (cols & 3) addSquares<f32>(s, q, x, m, rows, step, full, full + 1, cols & 3);
}

/** m += s / rows on each column. */
function shift(m: usize, s: usize, rows: i32, cols: i32): void {
  for (let o: usize = 0; o < (<usize>cols) << 2; o += 4) {
    store<f32>(m + o, <f32>(<f64>load<f32>(m + o) + <f64>load<f32>(s + o) / <f64>rows));
  }
}

/** Whether a column's mean is more than a standard deviation off m. */
function isFar(s: usize, q: usize, rows: i32, cols: i32): bool {
  for (let o: usize = 0; o < (<usize>cols) << 2; o += 4) {
    const sum = <f64>load<f32>(s + o);
    if (2 * sum * sum > <f64>rows * <f64>load<f32>(q + o)) return true;
  }
  return false;
}

/** Adds the sums of `n` rows around m to the (mean, Σ(x − mean)²) of those before, as in Chan, Golub, LeVeque 1979. */
function merge(
  out: usize,
  outStep: usize,
  s: usize,
  q: usize,
  m: usize,
  before: f64,
  n: f64,
  cols: i32,
  centre: bool,
): void {
  for (let c: usize = 0; c < <usize>cols; c++, out += outStep) {
    const o = c << 2;
    const square = <f64>load<f32>(q + o);
    if (!centre) {
      store<f64>(out, load<f64>(out, 8) + square, 8);
      continue;
    }
    const off = <f64>load<f32>(s + o) / n;
    const mean = load<f64>(out);
    const delta = <f64>load<f32>(m + o) + off - mean;
    const share = (delta * n) / (before + n);
    store<f64>(out, mean + share);
    store<f64>(out, load<f64>(out, 8) + (square - off * off * n + delta * share * before), 8);
    store<f32>(m + o, <f32>(mean + share));
  }
}

/**
 * Writes mean and biased variance (float64) of each of `cols` columns of `rows` floats, `step` bytes apart, at out, `outStep` bytes
 * apart; with `centre` false the mean is taken to be 0. Blocks of rows are summed around the mean of those before, the first
 * around a guess, and again where that was far off; what float32 cannot hold is done again in float64: see `moments`.
 * Scratch: three rows.
 */
export function momentsOfColumns(
  out: usize,
  outStep: usize,
  x: usize,
  rows: i32,
  step: usize,
  cols: i32,
  centre: bool,
  eps: f64,
  scratch: usize,
): void {
  const m = scratch;
  const s = m + rowBytes(cols);
  const q = s + rowBytes(cols);
  memory.fill(m, 0, rowBytes(cols));
  for (let c = 0, p = out; c < cols; c++, p += outStep) memory.fill(p, 0, 16);
  if (centre) {
    const few = min(rows, FEW);
    sums(s, q, x, m, few, step, cols);
    shift(m, s, few, cols);
  }
  for (let at = 0; at < rows; at += BLOCK) {
    const n = min(BLOCK, rows - at);
    const first = x + <usize>at * step;
    sums(s, q, first, m, n, step, cols);
    if (at === 0 && centre && isFar(s, q, n, cols)) {
      shift(m, s, n, cols);
      sums(s, q, first, m, n, step, cols);
    }
    merge(out, outStep, s, q, m, <f64>at, <f64>n, cols, centre);
  }
  for (let c = 0; c < cols; c++, out += outStep) {
    const variance = max<f64>(load<f64>(out, 8) / <f64>rows, 0);
    const inner = variance + eps;
    store<f64>(out, variance, 8);
    if (!(inner >= 1e-36 && inner < Infinity))
      moments64(out, x + ((<usize>c) << 2), 1, step, 0, rows, centre);
  }
}
