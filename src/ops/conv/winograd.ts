// Convolutions of 3×3 filters by Winograd. With stride 1 it takes a quarter of the multiplications, with stride 2 nine
// sixteenths.
import { behind } from "../../runtime/address.js";
import {
  filterVerdict,
  pointPitch,
  pointsOf,
  sideOf,
  type WinogradKind,
  winogradFiltersScratch,
  winogradKind,
  winogradScratch,
  winogradSpreadScratch,
  winogradWeightsScratch,
} from "../../runtime/kernels.js";
import type { Runtime } from "../../runtime/runtime.js";
import { addressOf, type Tensor, temporary } from "../../tensor.js";
import type { Pair } from "../check.js";
import { boundsOf, type Epilogue } from "../product/epilogue.js";
import { roundUp } from "../product/gemm.js";
import type { ConvShape } from "./conv-plan.js";

/**
 * The number of channels from which a kind is faster than plain sums, and the tiles of an item at which it is fastest.
 */
const sizesOf = (kind: WinogradKind) =>
  kind === winogradKind.plain ? { channels: 8, tiles: 32 } : { channels: 16, tiles: 16 };

/**
 * What the kernel computes: output [images, rows, …] of image [images, channels, …]. `padding` zeros are before its
 * first row and column.
 */
export interface WinogradPass {
  /** How a tile is cut up along each axis: assembly/conv/winograd-kind.ts. */
  kind: WinogradKind;
  images: number;
  channels: number;
  rows: number;
  image: Pair;
  output: Pair;
  padding: Pair;
  /** Whether the weights are [channels, rows, 3, 3], to be turned by 180°. */
  flipped: boolean;
}

/** How many tiles of outputs there are: across an image, down an image, and in the whole pass. */
export function tilesOf({ kind, images, output: [height, width] }: WinogradPass) {
  const side = sideOf(kind);
  const [across, down] = [Math.ceil(width / side), Math.ceil(height / side)];
  return { across, down, tiles: images * down * across };
}

/**
 * The pass if the convolution goes this way, else null; its shape alone decides. With stride 1 and 3 channels the
 * transforms cost what the products save. With 8 channels Winograd is 1.6 times as fast as plain sums, from 64 channels
 * on about 3 times. With stride 2 and 16 channels both are level; from 64 channels on Winograd is 1.3 to 1.5 times as
 * fast, in the weights' gradient 1.15 to 1.25 times. For each filter, a tile costs its products. The filters are
 * transformed in every call, which costs as much as 360 products each. Errors stay below 1e-6 in norm (2e-7 for plain
 * sums). Where single outputs would be off by more, plain sums take over (winograd-wild.ts).
 */
function suitable(conv: ConvShape, pass: WinogradPass): WinogradPass | null {
  const { images, groups, output } = conv;
  const { tiles } = tilesOf(pass);
  const suits =
    conv.kernel.every((side) => side === 3) &&
    [...conv.dilation, groups].every((one) => one === 1) &&
    conv.padding.every((p) => p >= 0 && p <= 2) &&
    pass.rows > 0 &&
    pass.channels >= sizesOf(pass.kind).channels &&
    pass.image[1] >= 4 &&
    9 * images * output[0] * output[1] >= pointsOf(pass.kind) ** 2 * tiles + 360;
  return suits ? pass : null;
}

const everyStride = (conv: ConvShape, stride: number) => conv.stride.every((s) => s === stride);

/** The pass from x to y, or null where the products go by another way. */
export function winogradForward(conv: ConvShape): WinogradPass | null {
  const kind = everyStride(conv, 1)
    ? winogradKind.plain
    : everyStride(conv, 2)
      ? winogradKind.strided
      : null;
  return kind === null ? null : suitable(conv, { ...conv, kind, flipped: false });
}

/** The pass from dy to dx, or null where the products go by another way. */
export function winogradInputGradient(conv: ConvShape): WinogradPass | null {
  const [padY, padX] = conv.padding;
  const back = {
    images: conv.images,
    channels: conv.rows,
    rows: conv.channels,
    image: conv.output,
    output: conv.image,
    flipped: true,
  };
  if (everyStride(conv, 1))
    return suitable(conv, { ...back, kind: winogradKind.plain, padding: [2 - padY, 2 - padX] });
  if (!everyStride(conv, 2) || padY % 2 !== padX % 2) return null;
  const kind = padY % 2 === 1 ? winogradKind.subpixelOdd : winogradKind.subpixel;
  return suitable(conv, { ...back, kind, padding: [padY === 0 ? 1 : 0, padX === 0 ? 1 : 0] });
}

/** Tiles and rows of an item: as many as share the filters from L2, fewer where threads would have no work. */
function itemSize(pass: WinogradPass): { tiles: number; rows: number } {
  const { tiles } = tilesOf(pass);
  const item = {
    tiles: Math.min(sizesOf(pass.kind).tiles, roundUp(tiles, 8)),
    rows: roundUp(pass.rows, 32),
  };
  const few = () => Math.ceil(tiles / item.tiles) * Math.ceil(pass.rows / item.rows) < 8;
  // Rows are cut first. Each part of them transforms the input anew, which 128 rows outweigh, but it reads its filters
  // only once.
  while (few() && item.rows > 128) item.rows = roundUp(item.rows / 2, 32);
  while (few() && item.tiles > 16) item.tiles = roundUp(item.tiles / 2, 8);
  return item;
}

/** How many floats `count` matrices of `size` floats take. */
const matrices = (count: number, size: number) => (count * pointPitch(size)) / 4;

/** Writes the plan of a pass, by items of so many tiles and rows, for the next launch. */
export function planOf(runtime: Runtime, pass: WinogradPass, item = { tiles: 0, rows: 0 }) {
  const { kind, images, channels, rows, image, output, padding } = pass;
  const { across, down } = tilesOf(pass);
  return runtime.plan("winograd", [
    ...([kind, channels, ...image, ...padding, across, down] as const),
    ...([images, rows, ...output, item.tiles, item.rows] as const),
  ]);
}

/** What `winogradWeights` finds: whether filters would leak, as filters with a single tap do, or are not finite. */
export type Filters = "tame" | "wild" | "infinite";

/** y [images, rows, …] from x [images, channels, …] and weight. Nothing is written unless the filters are tame. */
export function winograd(
  pass: WinogradPass,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
): Filters {
  const { runtime } = y;
  const { kind, channels, rows, flipped } = pass;
  const panels = Math.ceil(rows / 4);
  const pitches = flipped ? ([9, 9 * rows] as const) : ([9 * channels, 9] as const);
  const size = matrices(36, 4 * panels * channels);
  using filters = temporary(runtime, [size + panels]);
  const sizes = [rows, channels, ...pitches, Number(flipped), kind] as const;
  runtime.run(
    "winogradWeights",
    panels,
    200 * channels,
    [filters.ptr, weight.ptr, addressOf(after.scale), ...sizes, behind(filters.ptr, 4 * size)],
    winogradWeightsScratch(),
  );
  const wild = filters.elements.subarray(size);
  if (wild.includes(filterVerdict.infinite)) return "infinite";
  if (wild.includes(filterVerdict.wild)) return "wild";
  const { across, tiles } = tilesOf(pass);
  const item = itemSize(pass);
  const bounds = boundsOf(after);
  runtime.run(
    "winograd",
    Math.ceil(tiles / item.tiles) * Math.ceil(rows / item.rows),
    (pointsOf(kind) ** 2 * item.tiles * item.rows * channels) / 4,
    [y.ptr, filters.ptr, x.ptr, ...bounds, planOf(runtime, pass, item)],
    winogradScratch(kind, channels, item.tiles, across),
  );
  return "tame";
}

/** Rows of an item of products. */
const PRODUCT_ROWS = 64;

/**
 * dw [rows, channels, 3, 3] from dy and x, by chunks of tiles. What is spread is written and read once; the sums are
 * written and read with every chunk. The time is least where both are of one size.
 */
export function winogradWeightGradient(
  pass: WinogradPass,
  dw: Tensor,
  dy: Tensor,
  x: Tensor,
): void {
  const { runtime } = dw;
  const { kind, channels, rows, image, output, padding } = pass;
  const { across, down, tiles } = tilesOf(pass);
  const spread = pointsOf(kind) ** 2;
  const [tall, wide] = [roundUp(rows, 4), roundUp(channels, 8)];
  const fits = Math.floor((36 * tall * wide) / (spread * (tall + wide)));
  const chunk = Math.min(tiles, Math.max(32, roundUp(fits, 8)));
  using d = temporary(runtime, [matrices(spread, tall * chunk)]);
  using v = temporary(runtime, [matrices(spread, wide * chunk)]);
  using sums = temporary(runtime, [matrices(36, tall * wide)]);
  for (let t0 = 0; t0 < tiles; t0 += chunk) {
    const t1 = Math.min(tiles, t0 + chunk);
    const scratch = (gradient: number) => winogradSpreadScratch(kind, gradient, t1 - t0, across);
    const work = 2 * spread * (t1 - t0);
    const outputs = runtime.plan("winogradSpread", [
      ...([kind, rows, ...output, 0, 0, across, down, 1, 4, t0, t1] as const),
    ]);
    runtime.run("winogradSpread", tall / 4, work * 4, [d.ptr, dy.ptr, outputs], scratch(1));
    const inputs = runtime.plan("winogradSpread", [
      ...([kind, channels, ...image, ...padding, across, down, 0, 8, t0, t1] as const),
    ]);
    const items = Math.ceil(channels / 4);
    runtime.run("winogradSpread", items, work * 4, [v.ptr, x.ptr, inputs], scratch(0));
    runtime.run(
      "winogradProducts",
      36 * Math.ceil(rows / PRODUCT_ROWS),
      (PRODUCT_ROWS * channels * (t1 - t0)) / 4,
      [
        ...([sums.ptr, d.ptr, v.ptr, kind, rows, channels, t1 - t0] as const),
        ...([PRODUCT_ROWS, Number(t0 === 0)] as const),
      ],
    );
  }
  runtime.run(
    "winogradFilters",
    rows,
    45 * channels,
    [dw.ptr, sums.ptr, kind, rows, channels],
    winogradFiltersScratch(),
  );
}
