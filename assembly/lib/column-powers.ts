// p-norms of columns for p = 1, 3 and ∞, and their gradients. They are in float64, where nothing overflows.
import { Statistic } from "./codes";
import { rstdOf, STATS } from "./moments";
import { get, high, low } from "./quads";
import { at } from "./sets";

/** Takes |x|^p into the sum (or the maximum) at p. */
function grow(p: usize, x: v128, kind: Statistic): void {
  const sum = v128.load(p);
  const size = f64x2.abs(x);
  if (kind === Statistic.maximum) v128.store(p, f64x2.max(sum, size));
  else if (kind === Statistic.norm1) v128.store(p, f64x2.add(sum, size));
  else v128.store(p, f64x2.add(sum, f64x2.mul(f64x2.mul(x, x), size)));
}

/** ∛x of x ≥ 0, by Newton from a third of the exponent (0.05 off): four steps reach the last place. */
function cubeRoot(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x;
  let t = reinterpret<f64>(reinterpret<u64>(x) / 3 + ((<u64>0x2a9f7893) << 32));
  for (let i = 0; i < 4; i++) t -= (t - x / (t * t)) / 3;
  return t;
}

/**
 * Writes (0, norm) of each of `cols` columns at out, STATS apart. Scratch: 8 bytes a column, in whole vectors of four
 * columns.
 */
export function columnNorms(
  out: usize,
  x: usize,
  rows: i32,
  step: usize,
  cols: i32,
  kind: Statistic,
  scratch: usize,
): void {
  memory.fill(scratch, 0, (<usize>(cols + 3)) << 3);
  for (let r = 0; r < rows; r++, x += step) {
    for (let c = 0; c < cols; c += 4) {
      const v = get(x + ((<usize>c) << 2), min(4, cols - c));
      const p = scratch + ((<usize>c) << 3);
      grow(p, low(v), kind);
      grow(p + 16, high(v), kind);
    }
  }
  for (let c = 0; c < cols; c++, out += STATS, scratch += 8) {
    const power = load<f64>(scratch);
    store<f64>(out, 0);
    store<f64>(out, kind === 3 ? cubeRoot(power) : power, 8);
  }
}

/** ∂norm/∂x: the sign of x for p = 1, the sign where |x| is the maximum (else 0) for p = ∞, x̂·|x̂| for p = 3. */
function direction(x: f64, own: usize, kind: Statistic): f64 {
  if (kind === 3) return x * rstdOf(own) * (abs(x) * rstdOf(own));
  if (x === 0 || (kind === Statistic.maximum && abs(x) !== load<f64>(own, 8))) return 0;
  return copysign<f64>(1, x);
}

/**
 * dx = rstd·(weight·dy − direction·share). The share is the second of `sums` [cols, 2]; for the maximum, the largest
 * elements divide it equally.
 */
export function directionGradient(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  sums: usize,
  weight: usize,
  rows: i32,
  step: usize,
  cols: i32,
  kind: Statistic,
): void {
  if (kind === Statistic.maximum) {
    // the first of the sums is not needed any more: it counts
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        const v = <f64>load<f32>(x + <usize>r * step + ((<usize>c) << 2));
        const p = sums + ((<usize>c) << 4);
        store<f64>(p, load<f64>(p) + abs(direction(v, stats + <usize>c * STATS, kind)));
      }
    }
    for (let c = 0, p = sums; c < cols; c++, p += 16) {
      if (load<f64>(p) > 1) store<f64>(p, load<f64>(p, 8) / load<f64>(p), 8);
    }
  }
  for (let r = 0; r < rows; r++) {
    const w = at(weight, r, 1);
    for (let c = 0; c < cols; c++) {
      const o = <usize>r * step + ((<usize>c) << 2);
      const own = stats + <usize>c * STATS;
      const share = load<f64>(sums + ((<usize>c) << 4), 8);
      const back = direction(<f64>load<f32>(x + o), own, kind) * share;
      store<f32>(dx + o, <f32>(rstdOf(own) * (w * <f64>load<f32>(dy + o) - back)));
    }
  }
}
