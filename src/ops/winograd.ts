// Convolutions of 3×3 filters by Winograd: with stride 1 a quarter of the multiplications, with stride 2 nine sixteenths.
import { empty, type Tensor } from "../tensor.js";
import type { Pair } from "./check.js";
import type { ConvShape } from "./conv-plan.js";
import { boundsOf, type Epilogue } from "./epilogue.js";
import { roundUp } from "./gemm.js";

/**
 * How a tile is cut up along each axis (assembly/nn/winograd-kind.ts), and the channels and tiles of an item at which it is fastest.
 * `reach`: inputs of a tile.
 */
const kinds = {
  plain: { code: 0, points: 6, reach: 6, step: 4, side: 4, channels: 8, tiles: 32 },
  strided: { code: 1, points: 9, reach: 9, step: 8, side: 4, channels: 16, tiles: 16 },
  subpixel: { code: 2, points: 9, reach: 5, step: 4, side: 8, channels: 16, tiles: 16 },
  subpixelOdd: { code: 3, points: 9, reach: 5, step: 4, side: 8, channels: 16, tiles: 16 },
};

/** What the kernel computes: output [images, rows, …] of image [images, channels, …], `padding` zeros before its first row and column. */
export interface WinogradPass {
  kind: (typeof kinds)[keyof typeof kinds];
  images: number;
  channels: number;
  rows: number;
  image: Pair;
  output: Pair;
  padding: Pair;
  /** Whether the weights are [channels, rows, 3, 3], to be turned by 180°. */
  flipped: boolean;
}

/** Tiles of outputs: of the whole pass, and in a row. */
export function tilesOf({ kind: { side }, images, output: [height, width] }: WinogradPass) {
  const across = Math.ceil(width / side);
  return { across, tiles: images * Math.ceil(height / side) * across };
}

/**
 * A convolution's pass if it goes this way, which its shape alone decides. With stride 1 the transforms cost at 3 channels what the
 * products save; at 8 it is 1.6 times as fast, from 64 on about 3 times. With stride 2 it is level at 16 and from 64 on 1.3 to 1.5
 * times as fast, the weights' gradient 1.15 to 1.25 times. A tile costs its products, and the filters, transformed in every call, about
 * 360. Errors stay below 1e-6 in norm (2e-7
 * for plain sums); where single outputs would be off by more, plain sums take over (winograd-wild.ts).
 */
function suitable(conv: ConvShape, pass: WinogradPass): WinogradPass | null {
  const { images, groups, output } = conv;
  const { tiles } = tilesOf(pass);
  const suits =
    conv.kernel.every((side) => side === 3) &&
    [...conv.dilation, groups].every((one) => one === 1) &&
    conv.padding.every((p) => p >= 0 && p <= 2) &&
    pass.rows > 0 &&
    pass.channels >= pass.kind.channels &&
    pass.image[1] >= 4 &&
    9 * images * output[0] * output[1] >= pass.kind.points ** 2 * tiles + 360;
  return suits ? pass : null;
}

const everyStride = (conv: ConvShape, stride: number) => conv.stride.every((s) => s === stride);

/** The pass from x to y, or null where the products go by another way. */
export function winogradForward(conv: ConvShape): WinogradPass | null {
  const kind = everyStride(conv, 1) ? kinds.plain : everyStride(conv, 2) ? kinds.strided : null;
  return kind && suitable(conv, { ...conv, kind, flipped: false });
}

/** The pass from dy to dx, or null. */
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
    return suitable(conv, { ...back, kind: kinds.plain, padding: [2 - padY, 2 - padX] });
  if (!everyStride(conv, 2) || padY % 2 !== padX % 2) return null;
  const kind = padY % 2 === 1 ? kinds.subpixelOdd : kinds.subpixel;
  return suitable(conv, { ...back, kind, padding: [padY === 0 ? 1 : 0, padX === 0 ? 1 : 0] });
}

/** Tiles and rows of an item: as many as share the filters from L2, fewer where threads would go without. */
function itemSize(pass: WinogradPass): { tiles: number; rows: number } {
  const { tiles } = tilesOf(pass);
  const item = {
    tiles: Math.min(pass.kind.tiles, roundUp(tiles, 8)),
    rows: roundUp(pass.rows, 32),
  };
  const few = () => Math.ceil(tiles / item.tiles) * Math.ceil(pass.rows / item.rows) < 8;
  // Rows first: each part of them transforms the input anew, which 128 rows outweigh, but reads its filters only once.
  while (few() && item.rows > 128) item.rows = roundUp(item.rows / 2, 32);
  while (few() && item.tiles > 16) item.tiles = roundUp(item.tiles / 2, 8);
  return item;
}

/** Bytes of `count` matrices of `size` floats, a line apart: `pointPitch` in assembly/nn/winograd-kind.ts. */
const points = (count: number, size: number) => count * (4 * size + 64);

/** Bytes of a table of `tiles`, a row of zeros, `stages` of them, and a corner. */
function tileBytes(pass: WinogradPass, tiles: number, stages: number): number {
  const { across } = tilesOf(pass);
  const bands = Math.floor((tiles + across - 2) / across) + 1;
  const pitch = 4 * (across * pass.kind.step + 4);
  return 16 * (tiles + 40) + pitch * (pass.kind.points * bands * stages + 1);
}

const sizesOf = ({ kind, images, channels, rows, image, output, padding }: WinogradPass) => [
  ...[kind.code, images, channels, rows, ...image, ...output, ...padding],
];

/** What `winogradWeights` finds: whether filters would leak, as those with a single tap do, or are not finite. */
export type Filters = "tame" | "wild" | "infinite";

/** y [images, rows, …] from x [images, channels, …] and weight: nothing is written unless its filters are tame. */
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
  const pitches = flipped ? [9, 9 * rows] : [9 * channels, 9];
  const size = points(36, 4 * panels * channels) / 4;
  using filters = empty(runtime, [size + panels]);
  runtime.run(
    "winogradWeights",
    panels,
    200 * channels,
    [
      ...[filters.ptr, weight.ptr, after.scale ? after.scale.ptr : 0, rows, channels, ...pitches],
      ...[Number(flipped), kind.code, filters.ptr + 4 * size],
    ],
    16 * 27 + points(36, 4 * 64),
  );
  const wild = filters.elements.subarray(size);
  if (wild.includes(2)) return "infinite";
  if (wild.includes(1)) return "wild";
  const { tiles } = tilesOf(pass);
  const item = itemSize(pass);
  const count = kind.points ** 2;
  runtime.run(
    "winograd",
    Math.ceil(tiles / item.tiles) * Math.ceil(rows / item.rows),
    (count * item.tiles * item.rows * channels) / 4,
    [
      ...[y.ptr, filters.ptr, x.ptr, ...boundsOf(after)],
      ...sizesOf(pass),
      ...[item.tiles, item.rows],
    ],
    tileBytes(pass, item.tiles, 1) +
      points(count, item.tiles * channels) +
      points(count, item.tiles * 32),
  );
  return "tame";
}

/** Rows of an item of products. */
const PRODUCT_ROWS = 64;

/**
 * dw [rows, channels, 3, 3] from dy and x, by chunks of tiles: what is spread is written and read once, the sums are with every
 * chunk. The time is least where both are of a size.
 */
export function winogradWeightGradient(
  pass: WinogradPass,
  dw: Tensor,
  dy: Tensor,
  x: Tensor,
): void {
  const { runtime } = dw;
  const { kind, images, channels, rows, image, output, padding } = pass;
  const { across, tiles } = tilesOf(pass);
  const down = tiles / across / images;
  const spread = kind.points ** 2;
  const [tall, wide] = [roundUp(rows, 4), roundUp(channels, 8)];
  const fits = Math.floor((36 * tall * wide) / (spread * (tall + wide)));
  const chunk = Math.min(tiles, Math.max(32, roundUp(fits, 8)));
  using d = empty(runtime, [points(spread, tall * chunk) / 4]);
  using v = empty(runtime, [points(spread, wide * chunk) / 4]);
  using sums = empty(runtime, [points(36, tall * wide) / 4]);
  for (let t0 = 0; t0 < tiles; t0 += chunk) {
    const t1 = Math.min(tiles, t0 + chunk);
    const scratch = tileBytes(pass, t1 - t0, 4);
    const range = [across, down, t0, t1];
    const work = 2 * spread * (t1 - t0);
    runtime.run(
      "winogradSpread",
      tall / 4,
      work * 4,
      [d.ptr, dy.ptr, kind.code, 1, 4, rows, ...output, 0, 0, ...range],
      scratch,
    );
    runtime.run(
      "winogradSpread",
      Math.ceil(channels / 4),
      work * 4,
      [v.ptr, x.ptr, kind.code, 0, 8, channels, ...image, ...padding, ...range],
      scratch,
    );
    runtime.run(
      "winogradProducts",
      36 * Math.ceil(rows / PRODUCT_ROWS),
      (PRODUCT_ROWS * channels * (t1 - t0)) / 4,
      [
        ...[sums.ptr, d.ptr, v.ptr, kind.code, rows, channels, t1 - t0],
        ...[PRODUCT_ROWS, Number(t0 === 0)],
      ],
    );
  }
  runtime.run(
    "winogradFilters",
    rows,
    45 * channels,
    [dw.ptr, sums.ptr, kind.code, rows, channels],
    36 * 16,
  );
}
