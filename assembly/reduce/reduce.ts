// Sums over one run of axes of x seen as [outer, reduced, inner]. Runs are cut into pieces of a length that the shape
// alone decides. A piece is summed in float32 blocks that are merged in float64. Pieces are merged in float64 in index
// order.
import { loadTail, sum4 } from "../lib/simd";

/** Sum of n floats. Blocks of 64 are summed in four float32 accumulators, and the blocks are added in float64. */
function sumRun(x: usize, n: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  for (; i + 64 <= n; i += 64) {
    const p = x + ((<usize>i) << 2);
    let s0 = v128.load(p);
    let s1 = v128.load(p, 16);
    let s2 = v128.load(p, 32);
    let s3 = v128.load(p, 48);
    for (let o: usize = 64; o < 256; o += 64) {
      s0 = f32x4.add(s0, v128.load(p + o));
      s1 = f32x4.add(s1, v128.load(p + o, 16));
      s2 = f32x4.add(s2, v128.load(p + o, 32));
      s3 = f32x4.add(s3, v128.load(p + o, 48));
    }
    total += <f64>sum4(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }
  let rest = f32x4.splat(0);
  for (; i + 4 <= n; i += 4) rest = f32x4.add(rest, v128.load(x + ((<usize>i) << 2)));
  if (i < n) rest = f32x4.add(rest, loadTail(x + ((<usize>i) << 2), n - i));
  return total + <f64>sum4(rest);
}

/** inner = 1: partials [outer, pieces] of x [outer, reduced]. Range: partials. */
export function reduceRows(
  partials: usize,
  x: usize,
  reduced: i32,
  pieces: i32,
  pieceLength: i32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const row = item / pieces;
    const from = (item - row * pieces) * pieceLength;
    const n = min(pieceLength, reduced - from);
    const start = <usize>row * reduced + from;
    store<f64>(partials + ((<usize>item) << 3), sumRun(x + (start << 2), n));
  }
}

/** @host Columns of a tile of `reduceColumns`: their float64 sums stay in the first-level cache. */
const REDUCE_TILE = 512;

/**
 * partials [outer, pieces, inner] of x [outer, reduced, inner], 8 rows at a time in float32.
 * Range: [outer, pieces, ⌈inner / REDUCE_TILE⌉].
 */
export function reduceColumns(
  partials: usize,
  x: usize,
  reduced: i32,
  inner: i32,
  pieces: i32,
  pieceLength: i32,
  begin: i32,
  end: i32,
): void {
  const stride = (<usize>inner) << 2;
  const tiles = (inner + REDUCE_TILE - 1) / REDUCE_TILE;
  for (let item = begin; item < end; item++) {
    const piece = item / tiles;
    const column = (item - piece * tiles) * REDUCE_TILE;
    const width = min(REDUCE_TILE, inner - column);
    const outer = piece / pieces;
    const from = (piece - outer * pieces) * pieceLength;
    const to = min(from + pieceLength, reduced);
    const out = partials + ((<usize>piece * inner + column) << 3);
    memory.fill(out, 0, (<usize>width) << 3);
    for (let block = from; block < to; block += 8) {
      const first = x + (<usize>outer * reduced + block) * stride + ((<usize>column) << 2);
      addRows(out, first, stride, min(8, to - block), width);
    }
  }
}

/** out[j] += x[0][j] + … + x[rows − 1][j] for j < width. */
function addRows(out: usize, x: usize, stride: usize, rows: i32, width: i32): void {
  let j = 0;
  for (; j + 4 <= width; j += 4) {
    let p = x + ((<usize>j) << 2);
    let s = v128.load(p);
    for (let r = 1; r < rows; r++) {
      p += stride;
      s = f32x4.add(s, v128.load(p));
    }
    const o = out + ((<usize>j) << 3);
    const high = i32x4.shuffle(s, s, 2, 3, 2, 3);
    v128.store(o, f64x2.add(v128.load(o), f64x2.promote_low_f32x4(s)));
    v128.store(o, f64x2.add(v128.load(o, 16), f64x2.promote_low_f32x4(high)), 16);
  }
  for (; j < width; j++) {
    let p = x + ((<usize>j) << 2);
    let s = load<f32>(p);
    for (let r = 1; r < rows; r++) {
      p += stride;
      s += load<f32>(p);
    }
    const o = out + ((<usize>j) << 3);
    store<f64>(o, load<f64>(o) + <f64>s);
  }
}

/** out [outer, inner] = Σ over the middle axis of partials [outer, n, inner], in index order. Range: [outer, inner]. */
export function mergeSums(
  out: usize,
  partials: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const outer = item / inner;
    let p = partials + ((<usize>outer * n * inner + (item - outer * inner)) << 3);
    let sum: f64 = 0;
    for (let i = 0; i < n; i++, p += (<usize>inner) << 3) sum += load<f64>(p);
    store<f64>(out + ((<usize>item) << 3), sum);
  }
}

/** y = sums / divisor in float32. Range: elements. */
export function storeSums(y: usize, sums: usize, divisor: f64, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    store<f32>(y + ((<usize>i) << 2), <f32>(load<f64>(sums + ((<usize>i) << 3)) / divisor));
  }
}
