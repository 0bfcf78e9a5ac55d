// Mean and variance of columns: moments.ts, down a block of columns at once.
import { addSquares } from "./column-loops";
import { moments64 } from "./moments";
import { madd } from "./simd";

/** Rows whose sums stay in float32: 64 additions a lane, as in moments.ts. */
export const BLOCK: i32 = 256;

/** Rows that make the first guess at a mean. */
const FEW: i32 = 8;

/** Bytes of a float32 row that holds a number for each of `cols` columns. */
export function rowBytes(cols: i32): usize {
  return <usize>((cols + 3) >> 2) * 16;
}

/** s = Σd and q = Σd² of each column, d = x − m. */
function sums(s: usize, q: usize, x: usize, m: usize, rows: i32, step: usize, cols: i32): void {
  memory.fill(s, 0, rowBytes(cols));
  memory.fill(q, 0, rowBytes(cols));
  const full = (<usize>(cols >> 2)) << 4;
  addSquares<v128>(s, q, x, m, rows, step, 0, full, 4);
  if (cols & 3) addSquares<f32>(s, q, x, m, rows, step, full, full + 1, cols & 3);
}

/** m += s / rows. */
function shift(m: usize, s: usize, rows: i32, cols: i32): void {
  const part = f32x4.splat(1 / <f32>rows);
  for (let o: usize = 0; o < rowBytes(cols); o += 16) {
    v128.store(m + o, madd(v128.load(s + o), part, v128.load(m + o)));
  }
}

/** Whether a column's mean is more than two standard deviations off m: 5·(Σd)² > 4·n·Σd². */
function isFar(s: usize, q: usize, rows: i32, cols: i32): bool {
  const n = f32x4.splat(<f32>rows * 0.8);
  let far: v128 = f32x4.splat(0);
  for (let o: usize = 0; o < rowBytes(cols); o += 16) {
    const sum = v128.load(s + o);
    far = v128.or(far, f32x4.gt(f32x4.mul(sum, sum), f32x4.mul(n, v128.load(q + o))));
  }
  return v128.any_true(far);
}

/** Loads two float32 as float64. */
function toDoubles(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/**
 * Adds the sums of n rows around m to `mean` and to Σ(x − mean)² (both float64) of the `before` rows, as in Chan,
 * Golub, LeVeque 1979. Then m moves to the mean.
 */
function merge(
  mean: usize,
  m2: usize,
  s: usize,
  q: usize,
  m: usize,
  before: i32,
  n: i32,
  cols: i32,
): void {
  const part = f64x2.splat(1 / <f64>n);
  const share = f64x2.splat(<f64>n / <f64>(before + n));
  const others = f64x2.splat(<f64>before);
  const count = f64x2.splat(<f64>n);
  for (let o: usize = 0; o < rowBytes(cols); o += 8) {
    const at = mean + (o << 1);
    const to = m2 + (o << 1);
    const off = f64x2.mul(toDoubles(s + o), part);
    const old = v128.load(at);
    const delta = f64x2.sub(f64x2.add(toDoubles(m + o), off), old);
    const step = f64x2.mul(delta, share);
    const moved = f64x2.add(old, step);
    const own = f64x2.sub(toDoubles(q + o), f64x2.mul(f64x2.mul(off, off), count));
    const between = f64x2.mul(f64x2.mul(delta, step), others);
    v128.store(at, moved);
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(own, between)));
    v128.store_lane<f64>(m + o, f32x4.demote_f64x2_zero(moved), 0);
  }
}

/**
 * Writes mean and biased variance (float64) of each of `cols` columns of `rows` floats, `step` bytes apart, at out,
 * `outStep` bytes apart. With `centre` false the mean is taken to be 0. Each block of rows is summed around the mean of
 * the blocks before it. The first block is summed around a guess, and summed again where the guess was far off. What
 * float32 cannot hold is computed again in float64: see `moments`. Scratch: seven rows.
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
  const row = rowBytes(cols);
  const mean = scratch;
  const m2 = mean + 2 * row;
  const m = m2 + 2 * row;
  const s = m + row;
  const q = s + row;
  memory.fill(scratch, 0, 5 * row);
  if (centre) {
    const few = min(rows, FEW);
    sums(s, q, x, m, few, step, cols);
    shift(m, s, few, cols);
  }
  for (let at = 0; at < rows; at += BLOCK, x += <usize>BLOCK * step) {
    const n = min(BLOCK, rows - at);
    sums(s, q, x, m, n, step, cols);
    if (at === 0 && centre && isFar(s, q, n, cols)) {
      shift(m, s, n, cols);
      sums(s, q, x, m, n, step, cols);
    }
    if (!centre) memory.fill(s, 0, row);
    merge(mean, m2, s, q, m, at, n, cols);
  }
  x -= <usize>((rows + BLOCK - 1) / BLOCK) * <usize>BLOCK * step;
  const part = 1 / <f64>rows;
  for (let c: usize = 0; c < <usize>cols; c++, out += outStep) {
    const variance = max<f64>(load<f64>(m2 + (c << 3)) * part, 0);
    const inner = variance + eps;
    store<f64>(out, load<f64>(mean + (c << 3)));
    store<f64>(out, variance, 8);
    if (!(inner >= 1e-36 && inner < Infinity))
      moments64(out, x + (c << 2), 1, step, 0, rows, centre);
  }
}
