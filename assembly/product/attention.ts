// The softmax of scaled dot-product attention. One pass over the row applies the scale and the mask before it. A
// row is one query's. mask is added to its scores. Where it is −∞ the weight is 0 whatever the score: a row that is all
// hidden is zeros and no NaN. With `causal` query i sees keys 0 … i alone. Row i of matrix m has its mask at
// mask + offsets[m] + i·maskPitch (bytes).
import { loadLanes, storeLanes } from "../lib/simd";
import { rowBackward, rowForward, rowWeights } from "../lib/softmax";

/** Tags that say what a row holds. */
class Scores {}
class Gradients {}

/**
 * p [matrices, rows, n] are those of the queries from `first` on: scores become weights, in place. Range: rows of all
 * matrices.
 */
export function attentionWeights(
  p: usize,
  mask: usize,
  offsets: usize,
  rows: i32,
  first: i32,
  n: i32,
  maskPitch: i32,
  causal: i32,
  scale: f32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const row = p + ((<usize>item * n) << 2);
    const i = first + (item % rows);
    const seen = causal !== 0 ? min(i + 1, n) : n;
    const added = maskRow(mask, offsets, item / rows, i, maskPitch);
    scaleRow<Scores>(row, added, scale, seen);
    if (added === 0) {
      rowForward(row, row, seen, 0); // −∞ is a score here
    } else {
      rowWeights(row, seen);
      const first = load<f32>(row);
      if (!(first >= 0)) scaleRow<Gradients>(row, added, 1, seen); // where all is NaN, what is hidden becomes 0 too
    }
    memory.fill(row + ((<usize>seen) << 2), 0, (<usize>(n - seen)) << 2);
  }
}

/** Gradients of the weights p become gradients of the scores, in place in ds. Range: rows of all matrices. */
export function attentionWeightsBackward(
  ds: usize,
  p: usize,
  mask: usize,
  offsets: usize,
  rows: i32,
  first: i32,
  n: i32,
  maskPitch: i32,
  causal: i32,
  scale: f32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const o = (<usize>item * n) << 2;
    const i = first + (item % rows);
    const seen = causal !== 0 ? min(i + 1, n) : n;
    const added = maskRow(mask, offsets, item / rows, i, maskPitch);
    if (added !== 0) scaleRow<Gradients>(ds + o, added, 1, seen); // what is hidden gets 0, not 0·∞
    rowBackward(ds + o, ds + o, p + o, seen, 0);
    scaleRow<Gradients>(ds + o, added, scale, seen);
    memory.fill(ds + o + ((<usize>seen) << 2), 0, (<usize>(n - seen)) << 2);
  }
}

function maskRow(mask: usize, offsets: usize, matrix: i32, row: i32, pitch: i32): usize {
  if (mask === 0) return 0;
  return mask + <usize>load<i32>(offsets + ((<usize>matrix) << 2)) + <usize>row * pitch;
}

/**
 * x[i] = mask[i] == −∞ ? −∞ : x[i]·factor + mask[i]; in a row of gradients: mask[i] == −∞ ? 0 : x[i]·factor. 0 stands
 * for no mask.
 */
function scaleRow<F>(x: usize, mask: usize, factor: f32, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) scaleLanes<F, v128>(x, mask, factor, i, 4);
  if (i < n) scaleLanes<F, f32>(x, mask, factor, i, n - i);
}

function scaleLanes<F, T>(x: usize, mask: usize, factor: f32, i: i32, n: i32): void {
  const o = (<usize>i) << 2;
  let v = f32x4.mul(loadLanes<T>(x + o, n), f32x4.splat(factor));
  if (mask !== 0) {
    const m = loadLanes<T>(mask + o, n);
    const least = f32x4.splat(-Infinity);
    const hidden = f32x4.eq(m, least);
    if (idof<F>() === idof<Scores>()) v = v128.bitselect(least, f32x4.add(v, m), hidden);
    else v = v128.andnot(v, hidden);
  }
  storeLanes<T>(x + o, v, n);
}
