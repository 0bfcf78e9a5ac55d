// EvoNorm-S0 (Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967): x·sigmoid(v·x) over the deviation of a group. It does a
// group at a time.
import { total } from "../lib/block-sums";
import { curve, Logistic, Swish } from "../lib/curves";
import { finishStats, meanOf, moments, rstdOf, STATS } from "../lib/moments";
import { normalizeRun } from "../lib/runs";
import { at, planeOffset } from "../lib/sets";
import { loadTail, madd, storeTail } from "../lib/simd";

/**
 * dx = dy·w·rstd·(x·sigmoid(v·x))′ on n floats, without the group's part. Adds Σdy, Σdy·h and Σdy·∂h/∂v to the three
 * sums at `out`, with h = x·sigmoid(v·x)·rstd.
 */
function swishBackRun(
  out: usize,
  dx: usize,
  dy: usize,
  x: usize,
  n: i32,
  v: f32,
  w: f32,
  rstd: f32,
): void {
  const nothing = f32x4.splat(0);
  const one = f32x4.splat(1);
  const slope = f32x4.splat(v);
  const scale = f32x4.splat(w);
  const r = f32x4.splat(rstd);
  for (let from = 0; from < n; from += 1024) {
    const to = min(from + 1024, n);
    let sum = f32x4.splat(0);
    let product = sum;
    let steep = sum;
    const first = (<usize>from) << 2;
    curve<Logistic>(dx + first, x + first, to - from, v, 0);
    for (let i = from; i < to; i += 4) {
      const o = (<usize>i) << 2;
      const whole = to - i >= 4;
      const g = whole ? v128.load(dy + o) : loadTail(dy + o, to - i);
      const t = whole ? v128.load(x + o) : loadTail(x + o, to - i);
      const s = whole ? v128.load(dx + o) : loadTail(dx + o, to - i);
      const change = f32x4.mul(f32x4.mul(s, f32x4.sub(one, s)), t); // sigmoid′·x: 0 for a huge x, not 0·Inf
      const bend = v128.and(f32x4.mul(change, f32x4.mul(t, r)), f32x4.ne(change, nothing)); // x·rstd may be infinite
      sum = f32x4.add(sum, g);
      product = madd(g, f32x4.mul(f32x4.mul(t, s), r), product);
      steep = madd(g, bend, steep);
      const gradient = f32x4.mul(f32x4.mul(g, scale), f32x4.mul(madd(change, slope, s), r));
      if (whole) v128.store(dx + o, gradient);
      else storeTail(dx + o, gradient, to - i);
    }
    store<f64>(out, load<f64>(out) + total(sum));
    store<f64>(out, load<f64>(out, 8) + total(product), 8);
    store<f64>(out, load<f64>(out, 16) + total(steep), 16);
  }
}

/** dx −= (x − mean)·rstd·k on n floats. */
function spreadRun(dx: usize, x: usize, n: i32, mean: f64, rstd: f64, k: f64): void {
  const centre = f32x4.splat(<f32>mean);
  const r = f32x4.splat(<f32>rstd);
  const low = f32x4.splat(<f32>((<f64>(<f32>mean) - mean) * rstd));
  const factor = f32x4.splat(<f32>-k);
  let i = 0;
  // dx[i] -= (x[i] - mean) * rstd * k
  for (; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    const h = madd(f32x4.sub(v128.load(x + o), centre), r, low);
    v128.store(dx + o, madd(h, factor, v128.load(dx + o)));
  }
  if (i < n) {
    const o = (<usize>i) << 2;
    const h = madd(f32x4.sub(loadTail(x + o, n - i), centre), r, low);
    storeTail(dx + o, madd(h, factor, loadTail(dx + o, n - i)), n - i);
  }
}

/**
 * y = x·sigmoid(v·x)·rstd·weight + bias and stats [sets, 3]. A set is `runs` neighbouring planes of a sample; v, weight
 * and bias are per channel. Range: sets.
 */
export function evonormS0Forward(
  y: usize,
  stats: usize,
  x: usize,
  v: usize,
  weight: usize,
  bias: usize,
  runs: i32,
  length: i32,
  channels: i32,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const count = runs * length;
  for (let s = begin; s < end; s++) {
    const own = stats + <usize>s * STATS;
    moments(own, x + planeOffset(s * runs, length), count, 0, 0, count, true, eps);
    finishStats(own, eps);
    for (let p = s * runs; p < (s + 1) * runs; p++) {
      const c = p % channels;
      const o = planeOffset(p, length);
      curve<Swish>(y + o, x + o, length, <f32>at(v, c, 1), 0);
      normalizeRun(y + o, y + o, length, 0, rstdOf(own), at(weight, c, 1), at(bias, c, 0)); // in L1
    }
  }
}

/** dx and sums [planes, 3]: Σdy, Σdy·h and Σdy·∂h/∂v, where h is the output before weight and bias. Range: sets. */
export function evonormS0Backward(
  dx: usize,
  sums: usize,
  dy: usize,
  x: usize,
  stats: usize,
  v: usize,
  weight: usize,
  runs: i32,
  length: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  const count = <f64>runs * <f64>length;
  for (let s = begin; s < end; s++) {
    const own = stats + <usize>s * STATS;
    const rstd = rstdOf(own);
    let total: f64 = 0;
    for (let p = s * runs; p < (s + 1) * runs; p++) {
      const c = p % channels;
      const o = planeOffset(p, length);
      const out = sums + <usize>p * 24;
      const w = at(weight, c, 1);
      memory.fill(out, 0, 24);
      swishBackRun(out, dx + o, dy + o, x + o, length, <f32>at(v, c, 1), <f32>w, <f32>rstd);
      total += w * load<f64>(out, 8);
    }
    for (let p = s * runs; p < (s + 1) * runs; p++) {
      const o = planeOffset(p, length);
      spreadRun(dx + o, x + o, length, meanOf(own), rstd, (rstd * total) / count);
    }
  }
}
