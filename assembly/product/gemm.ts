import { loadTail, storeTail } from "../lib/simd";
import { ceilDiv } from "../lib/sizes";
import { pack4, pack8, storeRows } from "./gemm-pack";
import { GemmPlan } from "./gemm-plan";
import { ANY, multiplyTile } from "./gemm-tile";

/**
 * Steps of k that are accumulated in registers before they are added to the tile. Two panels of B (16 KB) and one of A
 * then share L1.
 */
const KC: i32 = 256;

/**
 * Packs the k×n matrices at b + offsets[batch] into panels of 8 columns, [batch][⌈n/8⌉][k][8]. An element is at
 * b[j·columnStride + k·kStride], all in bytes; one stride is 4. A single matrix has no offsets (0). Item = one panel.
 */
export function gemmPack(
  panels: usize,
  b: usize,
  offsets: usize,
  n: i32,
  k: i32,
  columnStride: i32,
  kStride: i32,
  begin: i32,
  end: i32,
): void {
  const perMatrix = (n + 7) / 8;
  for (let item = begin; item < end; item++) {
    const batch = item / perMatrix;
    const j = (item - batch * perMatrix) * 8;
    const matrix = offsets === 0 ? b : b + <usize>load<i32>(offsets + ((<usize>batch) << 2));
    const src = matrix + <usize>j * columnStride;
    pack8(panels + <usize>item * k * 32, src, min(n - j, 8), k, columnStride, kStride);
  }
}

/** @host Bytes of scratch of `gemm`. */
export function gemmScratch(mTile: i32, nTile: i32): usize {
  return 4 * mTile * (KC + nTile);
}

/**
 * c = max(A·B + bias, least). B comes as panels from `gemmPack`. A[i][k] = a[i·rowStride + k·kStride] (bytes, one
 * stride is 4) is packed here, where it stays in L2. To pack A beforehand too takes 5 % of the time of a product of
 * 512³. bias is [n] or 0. c is [batch][part][m][n]: k is cut into parts of kPart steps, which the host adds up
 * (`gemmMerge`). With cOffsets the product of a batch is at c + cOffsets[batch] instead. Rows of c are cPitch bytes
 * apart. Item = one tile of mTile×nTile (multiples of 4 and 8): ((batch·parts + part)·mTiles + mi)·nTiles + ni.
 * Scratch: mTile·(KC + nTile) floats.
 */
export function gemm(
  c: usize,
  a: usize,
  panels: usize,
  bias: usize,
  least: f32,
  offsets: usize,
  cOffsets: usize,
  plan: GemmPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const n = plan.n;
  const k = plan.k;
  const rowStride = plan.rowStride;
  const kStride = plan.kStride;
  const nTiles = ceilDiv(n, plan.nTile);
  const mTiles = ceilDiv(plan.m, plan.mTile);
  const parts = max(1, ceilDiv(k, plan.kPart));
  const matrixPanels = (<usize>ceilDiv(n, 8) * k) << 5;
  const tiles = scratch + ((<usize>(plan.mTile * KC)) << 2);
  for (let item = begin; item < end; item++) {
    const row = item / nTiles;
    const j0 = (item - row * nTiles) * plan.nTile;
    const part = row / mTiles;
    const i0 = (row - part * mTiles) * plan.mTile;
    const batch = part / parts;
    const k0 = (part - batch * parts) * plan.kPart;
    const k1 = min(k, k0 + plan.kPart);
    const columns = min(plan.nTile, n - j0);
    const rows = min(plan.mTile, plan.m - i0);
    const matrix = offsets === 0 ? a : a + <usize>load<i32>(offsets + ((<usize>batch) << 2));
    const b = panels + batch * matrixPanels + ((<usize>(j0 >> 3) * k) << 5);
    let out = c + (<usize>i0 * plan.cPitch + ((<usize>j0) << 2));
    if (cOffsets === 0) out += <usize>part * plan.m * plan.cPitch;
    else out += <usize>load<i32>(cOffsets + ((<usize>batch) << 2));
    const rowBias = bias === 0 || k0 > 0 ? 0 : bias + ((<usize>j0) << 2);
    // An empty sum goes the same way as the others, over no steps.
    let from = k0;
    do {
      const steps = min(KC, k1 - from);
      const src = matrix + <usize>i0 * rowStride + <usize>from * kStride;
      for (let i = 0; i < rows; i += 4) {
        const panel = scratch + ((<usize>(i * steps)) << 2);
        pack4(panel, 16, src + <usize>i * rowStride, min(rows - i, 4), steps, rowStride, kStride);
      }
      const bBlock = b + ((<usize>from) << 5);
      const bPitch = (<usize>k) << 5;
      const first = from === k0;
      const last = from + KC >= k1;
      addBlock(
        last ? out : 0,
        plan.cPitch,
        tiles,
        scratch,
        bBlock,
        bPitch,
        rowBias,
        least,
        rows,
        columns,
        steps,
        first,
      );
      from += KC;
    } while (from < k1);
  }
}

/**
 * Adds a block of k to the tiles. The last block goes straight to `out`, two columns of tiles side by side, so that
 * cache lines are written whole. Tiles that reach beyond c go by way of `tiles`.
 */
function addBlock(
  out: usize,
  pitch: usize,
  tiles: usize,
  a: usize,
  b: usize,
  bPitch: usize,
  bias: usize,
  least: f32,
  rows: i32,
  columns: i32,
  k: i32,
  first: bool,
): void {
  const column = (<usize>((rows + 3) / 4)) << 7;
  for (let j0 = 0; j0 < columns; j0 += 16, tiles += 2 * column, b += 2 * bPitch) {
    let panel = a;
    let sums = tiles;
    for (let i = 0; i < rows; i += 4, panel += (<usize>k) << 4, sums += 128) {
      let tile = sums;
      let bPanel = b;
      for (let j = j0; j < min(columns, j0 + 16); j += 8, tile += column, bPanel += bPitch) {
        const to = out + <usize>i * pitch + ((<usize>j) << 2);
        const own = bias === 0 ? 0 : bias + ((<usize>j) << 2);
        const from = first ? 0 : tile;
        if (out && rows - i >= 4 && columns - j >= 8) {
          multiplyTile(to, pitch, panel, bPanel, k, from, 0, own, least);
        } else {
          multiplyTile(tile, 32, panel, bPanel, k, from, 0, 0, ANY);
          if (out) storeRows(to, pitch, tile, own, least, min(4, rows - i), min(8, columns - j));
        }
      }
    }
  }
}

/** out[i] = max(Σp partials[p][i], least), in the order of p. Each partial has `size` elements. Range: elements. */
export function gemmMerge(
  out: usize,
  partials: usize,
  least: f32,
  parts: i32,
  size: i32,
  begin: i32,
  end: i32,
): void {
  const floor4 = f32x4.splat(least);
  const pitch = (<usize>size) << 2;
  for (let i = begin; i < end; i += 4) {
    const o = (<usize>i) << 2;
    const lanes = end - i;
    let from = partials + o;
    let sum: v128 = f32x4.splat(0);
    for (let p = 0; p < parts; p++, from += pitch) {
      sum = f32x4.add(sum, lanes >= 4 ? v128.load(from) : loadTail(from, lanes));
    }
    sum = f32x4.max(sum, floor4);
    if (lanes >= 4) v128.store(out + o, sum);
    else storeTail(out + o, sum, lanes);
  }
}
