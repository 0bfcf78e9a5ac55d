import { type Address, behind, NOWHERE } from "../../runtime/address.js";
import { gemmScratch } from "../../runtime/kernels.js";
import type { Runtime } from "../../runtime/runtime.js";
import { temporary } from "../../tensor.js";

/**
 * A factor of a product: its address, whether it is stored transposed, and the elements from one stored row to the
 * next.
 */
export interface Factor {
  ptr: Address;
  transposed?: boolean;
  /** Elements from one stored row to the next. Default: the length of a row. */
  pitch?: number;
}

export interface GemmOptions {
  /** The address of B as panels, from `packColumns`. By default they are made here. */
  panels?: Address;
  /** What is below this becomes this: 0 for a ReLU behind the product. */
  least?: number;
  /** The address of a bias [n], or 0 for none. */
  bias?: Address;
  /**
   * For a batch: the element offset of each product's factors within a and b, and of the product within out if not one
   * after another.
   */
  batch?: { a: readonly number[]; b: readonly number[]; out?: readonly number[] };
  /** For a batch: elements from one row of out to the next. Default: n. */
  pitch?: number;
}

/** Below this many multiplications a product is one tile: it takes less time than a second thread needs to join. */
const SMALL = 2 ** 20;
/** No lower bound. */
export const ANY = Number.NEGATIVE_INFINITY;
export const roundUp = (x: number, to: number) => Math.ceil(x / to) * to;

/**
 * Tile sides, which depend on the shape alone. The tile of C and a block of A fit L2, and the threads get eight or more
 * tiles.
 */
function tiling(m: number, n: number, k: number): { mTile: number; nTile: number } {
  let mTile = Math.min(roundUp(m, 4), 128);
  let nTile = Math.min(roundUp(n, 8), 512);
  if (m * n * k < SMALL) return { mTile, nTile };
  while (Math.ceil(m / mTile) * Math.ceil(n / nTile) < 8) {
    // Rows are cut first: each tile of columns packs its rows of A anew.
    if (mTile > 64 || (mTile >= nTile && mTile > 16)) mTile = roundUp(mTile / 2, 4);
    else if (nTile > 32) nTile = roundUp(nTile / 2, 8);
    else break;
  }
  return { mTile, nTile };
}

/** How many floats B [k, n] takes in panels of 8 columns. */
export const panelFloats = (n: number, k: number): number => roundUp(n, 8) * k;

/** Packs B [k, n], or `count` of them at offsets, into panels of 8 columns at `to`. */
export function packColumns(
  runtime: Runtime,
  to: Address,
  b: Factor,
  n: number,
  k: number,
  count = 1,
  offsets = NOWHERE,
): void {
  const [column, step] = b.transposed ? [4 * (b.pitch ?? k), 4] : [4, 4 * (b.pitch ?? n)];
  const args = [to, b.ptr, offsets, n, k, column, step] as const;
  runtime.run("gemmPack", count * Math.ceil(n / 8), 8 * k, args);
}

/** out [batch, m, n] = max(A [m, k] · B [k, n] + bias, least). */
export function gemm(
  runtime: Runtime,
  out: Address,
  a: Factor,
  b: Factor,
  m: number,
  n: number,
  k: number,
  { bias = NOWHERE, batch, pitch = n, least = ANY, panels }: GemmOptions = {},
): void {
  const count = batch ? batch.a.length : 1;
  if (m * n * count === 0) return;
  const { mTile, nTile } = tiling(m, n, k);
  const tiles = Math.ceil(m / mTile) * Math.ceil(n / nTile) * count;
  // Where tiles are few and k is long, as in the gradient of a weight, k is cut into parts, which are added up in
  // order.
  const parts = batch ? 1 : Math.max(1, Math.min(Math.ceil(16 / tiles), Math.floor(k / 1024)));
  const kPart = Math.max(1, roundUp(k / parts, 4));

  using offsets = batch ? temporary(runtime, [3, count], "int32") : null;
  if (batch) {
    const all = [...batch.a, ...batch.b, ...(batch.out ?? [])];
    offsets?.elements.set(all.map((offset) => 4 * offset));
  }
  using made = panels === undefined ? temporary(runtime, [count, panelFloats(n, k)]) : null;
  using partials = parts > 1 ? temporary(runtime, [parts, m, n]) : null;
  const [row, aStep] = a.transposed ? [4, 4 * (a.pitch ?? m)] : [4 * (a.pitch ?? k), 4];
  const [aOffsets, bOffsets, outOffsets] = [0, 1, 2].map((i) =>
    offsets && (i < 2 || batch?.out) ? behind(offsets.ptr, 4 * i * count) : NOWHERE,
  );

  if (made) packColumns(runtime, made.ptr, b, n, k, count, bOffsets);
  const plan = runtime.plan("gemm", [m, n, k, row, aStep, 4 * pitch, kPart, mTile, nTile]);
  runtime.run(
    "gemm",
    tiles * Math.ceil(Math.max(1, k) / kPart),
    (mTile * nTile * Math.min(k, kPart)) / 4,
    [
      partials ? partials.ptr : out,
      a.ptr,
      made?.ptr ?? panels ?? NOWHERE,
      bias,
      partials ? ANY : least,
      aOffsets,
      outOffsets,
      plan,
    ],
    gemmScratch(mTile, nTile),
  );
  if (partials) {
    const args = [out, partials.ptr, least, Math.ceil(k / kPart), m * n] as const;
    runtime.run("gemmMerge", m * n, parts, args);
  }
}
