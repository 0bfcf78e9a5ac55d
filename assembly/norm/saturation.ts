// What takes the place of a norm: f(alpha·x + shift)·weight + bias. f = tanh is DyT (Zhu, Chen, He, LeCun, Liu 2025,
// arXiv 2503.10622), f = erf is Derf (Chen, Lu, Zhu, Sun, Liu 2025, arXiv 2512.10938). Weight and bias are per column
// of a row. With `channels` above 0 they are per plane of `cols` floats.
import { total } from "../lib/block-sums";
import { curve, Erf, Tanh, within } from "../lib/curves";
import { exp } from "../lib/math";
import { normalizeRow } from "../lib/rows";
import { normalizeRun } from "../lib/runs";
import { at } from "../lib/sets";
import { loadTail, madd, storeTail } from "../lib/simd";

/** f′(z), t = f(z). */
function slope<F>(z: v128, t: v128): v128 {
  if (idof<F>() === idof<Tanh>()) return f32x4.sub(f32x4.splat(1), f32x4.mul(t, t));
  return f32x4.mul(f32x4.splat(1.1283791671), exp(f32x4.neg(f32x4.mul(z, z)))); // 2/√π
}

/** n ≤ 4 floats at p + o, or where `each` is false the one at p in all lanes; 1 where p is 0. */
function factor(p: usize, o: usize, each: bool, n: i32): v128 {
  if (!p) return f32x4.splat(1);
  if (!each) return v128.load32_splat(p);
  return n >= 4 ? v128.load(p + o) : loadTail(p + o, n);
}

function forward<F>(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  alpha: f64,
  shift: f64,
  cols: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const o = (<usize>row * cols) << 2;
    curve<F>(y + o, x + o, cols, <f32>alpha, <f32>shift);
    const c = channels ? row % channels : 0;
    // this row is in L1
    if (channels) normalizeRun(y + o, y + o, cols, 0, 1, at(weight, c, 1), at(bias, c, 0));
    else if (weight || bias) normalizeRow(y + o, y + o, weight, bias, cols, 0, 1);
  }
}

/**
 * Writes dx of a row. Adds Σw·dy·f′·x, Σw·dy·f′, Σdy·t and Σdy to the four sums at `out`, and dy·t and dy to the
 * columns at dw and db (0: not wanted).
 */
function backRow<F>(
  out: usize,
  dw: usize,
  db: usize,
  dx: usize,
  dy: usize,
  x: usize,
  weight: usize,
  each: bool,
  cols: i32,
  a: v128,
  s: v128,
): void {
  for (let from = 0; from < cols; from += 1024) {
    const to = min(from + 1024, cols);
    let ofAlpha = f32x4.splat(0);
    let ofShift = ofAlpha;
    let product = ofAlpha;
    let sum = ofAlpha;
    const first = (<usize>from) << 2;
    curve<F>(dx + first, x + first, to - from, f32x4.extract_lane(a, 0), f32x4.extract_lane(s, 0));
    let i = from;
    do {
      const o = (<usize>i) << 2;
      const n = to - i;
      const g = n >= 4 ? v128.load(dy + o) : loadTail(dy + o, n);
      const h = n >= 4 ? v128.load(x + o) : loadTail(x + o, n);
      const z = madd(h, a, s);
      const t = n >= 4 ? v128.load(dx + o) : loadTail(dx + o, n);
      const change = f32x4.mul(f32x4.mul(g, factor(weight, o, each, n)), slope<F>(z, t));
      const scaled = f32x4.mul(g, t);
      ofAlpha = madd(change, within(h, 3.4028235e38), ofAlpha); // the slope at ∞ is 0, not 0·∞
      ofShift = f32x4.add(ofShift, change);
      if (n >= 4) v128.store(dx + o, f32x4.mul(change, a));
      else storeTail(dx + o, f32x4.mul(change, a), n);
      if (!each) {
        product = f32x4.add(product, scaled);
        sum = f32x4.add(sum, g);
      } else if (n >= 4) {
        v128.store(dw + o, f32x4.add(v128.load(dw + o), scaled));
        v128.store(db + o, f32x4.add(v128.load(db + o), g));
      } else {
        storeTail(dw + o, f32x4.add(loadTail(dw + o, n), scaled), n);
        storeTail(db + o, f32x4.add(loadTail(db + o, n), g), n);
      }
      i += 4;
    } while (i < to);
    store<f64>(out, load<f64>(out) + total(ofAlpha));
    store<f64>(out, load<f64>(out, 8) + total(ofShift), 8);
    store<f64>(out, load<f64>(out, 16) + total(product), 16);
    store<f64>(out, load<f64>(out, 24) + total(sum), 24);
  }
}

/**
 * dx, sums [blocks, 4] as in `backRow`, and (channels = 0) partials [blocks, 2, cols] of weight and bias. A block is
 * `blockRows` rows, or where there are planes one plane.
 */
function backward<F>(
  dx: usize,
  sums: usize,
  partials: usize,
  dy: usize,
  x: usize,
  weight: usize,
  alpha: f64,
  shift: f64,
  rows: i32,
  cols: i32,
  blockRows: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  const a = f32x4.splat(<f32>alpha);
  const s = f32x4.splat(<f32>shift);
  const each = channels === 0;
  const row = (<usize>cols) << 2;
  for (let block = begin; block < end; block++) {
    const out = sums + ((<usize>block) << 5);
    const dw = partials + <usize>block * 2 * row;
    memory.fill(out, 0, 32);
    if (each) memory.fill(dw, 0, 2 * row);
    for (let r = block * blockRows; r < min((block + 1) * blockRows, rows); r++) {
      const o = <usize>r * row;
      const w = weight && !each ? weight + ((<usize>(r % channels)) << 2) : weight;
      backRow<F>(out, dw, dw + row, dx + o, dy + o, x + o, w, each, cols, a, s);
    }
  }
}

/** y = tanh(alpha·x + shift)·weight + bias. Range: rows (channels = 0) or planes. */
export function dytForward(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  alpha: f64,
  shift: f64,
  cols: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  forward<Tanh>(y, x, weight, bias, alpha, shift, cols, channels, begin, end);
}

/** Makes dx, sums and partials of `dytForward`: see `backward`. Range: blocks. */
export function dytBackward(
  dx: usize,
  sums: usize,
  partials: usize,
  dy: usize,
  x: usize,
  weight: usize,
  alpha: f64,
  shift: f64,
  rows: i32,
  cols: i32,
  blockRows: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  backward<Tanh>(
    dx,
    sums,
    partials,
    dy,
    x,
    weight,
    alpha,
    shift,
    rows,
    cols,
    blockRows,
    channels,
    begin,
    end,
  );
}

/** y = erf(alpha·x + shift)·weight + bias. Range: rows (channels = 0) or planes. */
export function derfForward(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  alpha: f64,
  shift: f64,
  cols: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  forward<Erf>(y, x, weight, bias, alpha, shift, cols, channels, begin, end);
}

/** Makes dx, sums and partials of `derfForward`: see `backward`. Range: blocks. */
export function derfBackward(
  dx: usize,
  sums: usize,
  partials: usize,
  dy: usize,
  x: usize,
  weight: usize,
  alpha: f64,
  shift: f64,
  rows: i32,
  cols: i32,
  blockRows: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  backward<Erf>(
    dx,
    sums,
    partials,
    dy,
    x,
    weight,
    alpha,
    shift,
    rows,
    cols,
    blockRows,
    channels,
    begin,
    end,
  );
}
