import { loadTail, storeTail } from "../lib/simd";
import { pack4, pack8, storeRows } from "./gemm-pack";
import { multiplyPanels } from "./gemm-tile";

/** Steps of k accumulated in registers before they are added to the tile: an A and a B panel then share L1. */
const KC: i32 = 256;

/**
 * Panels of 4 rows, [batch][⌈m/4⌉][k][4], of the m×k matrices at a + offsets[batch]: a[i·rowStride + k·kStride], all in bytes,
 * one stride 4; no offsets (0) for a single matrix. Item = one panel.
 */
export function gemmPack(
  panels: usize,
  a: usize,
  offsets: usize,
  m: i32,
  k: i32,
  rowStride: i32,
  kStride: i32,
  begin: i32,
  end: i32,
): void {
  const perMatrix = (m + 3) / 4;
  for (let item = begin; item < end; item++) {
    const batch = item / perMatrix;
    const i = (item - batch * perMatrix) * 4;
    const matrix = offsets === 0 ? a : a + <usize>load<i32>(offsets + ((<usize>batch) << 2));
    const src = matrix + <usize>i * rowStride;
    pack4(panels + <usize>item * k * 16, 16, src, min(m - i, 4), k, rowStride, kStride);
  }
}

/**
 * c = A·B + bias: A as panels from `gemmPack`, B[k][j] = b[j·columnStride + k·kStride] (bytes, one stride 4) packed here, bias
 * [n] or 0. c is [batch][part][m][n]: k is cut into parts of kPart steps, for the host to add up (`gemmMerge`). With cOffsets the
 * product of a batch is at c + cOffsets[batch] instead. Rows of c are cPitch bytes apart.
 * Item = one tile of mTile×nTile (multiples of 4 and 8): ((batch·parts + part)·mTiles + mi)·nTiles + ni.
 * Scratch: mTile·nTile + 256·8 floats.
 */
export function gemm(
  c: usize,
  panels: usize,
  b: usize,
  bias: usize,
  offsets: usize,
  cOffsets: usize,
  m: i32,
  n: i32,
  k: i32,
  columnStride: i32,
  kStride: i32,
  cPitch: i32,
  kPart: i32,
  mTile: i32,
  nTile: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const nTiles = (n + nTile - 1) / nTile;
  const mTiles = (m + mTile - 1) / mTile;
  const parts = max(1, (k + kPart - 1) / kPart);
  const matrixPanels = <usize>((m + 3) / 4) * k * 16;
  const packed = scratch + ((<usize>(mTile * nTile)) << 2);
  for (let item = begin; item < end; item++) {
    const row = item / nTiles;
    const j0 = (item - row * nTiles) * nTile;
    const part = row / mTiles;
    const i0 = (row - part * mTiles) * mTile;
    const batch = part / parts;
    const k0 = (part - batch * parts) * kPart;
    const k1 = min(k, k0 + kPart);
    const columns = min(nTile, n - j0);
    const rows = min(mTile, m - i0);
    const mPanels = (rows + 3) / 4;
    const matrix = offsets === 0 ? b : b + <usize>load<i32>(offsets + ((<usize>batch) << 2));
    const a = panels + batch * matrixPanels + <usize>(i0 / 4) * k * 16;
    if (k0 >= k1) memory.fill(scratch, 0, (<usize>(mTile * nTile)) << 2);
    for (let from = k0; from < k1; from += KC) {
      const steps = min(KC, k1 - from);
      const aBlock = a + ((<usize>from) << 4);
      let src = matrix + <usize>j0 * columnStride + <usize>from * kStride;
      let tiles = scratch;
      for (let j = 0; j < columns; j += 8, src += <usize>columnStride * 8) {
        pack8(packed, src, min(8, columns - j), steps, columnStride, kStride);
        multiplyPanels(tiles, aBlock, <usize>k * 16, packed, mPanels, steps, from === k0);
        tiles += (<usize>mPanels) << 7;
      }
    }
    let out = c + (<usize>i0 * cPitch + ((<usize>j0) << 2));
    if (cOffsets === 0) out += <usize>part * m * cPitch;
    else out += <usize>load<i32>(cOffsets + ((<usize>batch) << 2));
    const rowBias = bias === 0 || k0 > 0 ? 0 : bias + ((<usize>j0) << 2);
    storeRows(out, cPitch, scratch, rowBias, rows, columns);
  }
}

/** out[i] = Σp partials[p][i], in the order of p; `size` elements each, elements begin … end. */
export function gemmMerge(
  out: usize,
  partials: usize,
  parts: i32,
  size: i32,
  begin: i32,
  end: i32,
): void {
  const pitch = (<usize>size) << 2;
  for (let i = begin; i < end; i += 4) {
    const o = (<usize>i) << 2;
    const lanes = end - i;
    let from = partials + o;
    let sum: v128 = f32x4.splat(0);
    for (let p = 0; p < parts; p++, from += pitch) {
      sum = f32x4.add(sum, lanes >= 4 ? v128.load(from) : loadTail(from, lanes));
    }
    if (lanes >= 4) v128.store(out + o, sum);
    else storeTail(out + o, sum, lanes);
  }
}
