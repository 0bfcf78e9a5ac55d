// Convolutions of 3×3 filters with stride 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications.
import { empty, type Tensor } from "../tensor.js";
import type { ConvShape } from "./conv-plan.js";
import { roundUp } from "./gemm.js";

/** Tiles of 4×4 outputs: of the whole convolution, and in a row. */
function tilesOf({ images, output: [height, width] }: ConvShape) {
  const across = Math.ceil(width / 4);
  return { across, tiles: images * Math.ceil(height / 4) * across };
}

/**
 * Whether a convolution goes this way, which its shape alone decides. At 3 channels the transforms cost what the products save, at 8
 * it is 1.6 times as fast, from 64 on about 3 times. A tile costs 4 pixels' worth of products and the filters, transformed in every
 * call, about 40. Errors stay below 1e-6 in norm (2e-7 for plain sums), and NaN or infinity fills the tiles that read it.
 */
export function winogradSuits(conv: ConvShape): boolean {
  const { images, groups, channels, image, output } = conv;
  const { tiles } = tilesOf(conv);
  return (
    conv.kernel.every((side) => side === 3) &&
    [...conv.stride, ...conv.dilation, groups].every((one) => one === 1) &&
    conv.padding.every((p) => p >= 0 && p <= 2) &&
    conv.rows > 0 &&
    channels >= 8 &&
    image[1] >= 4 &&
    images * output[0] * output[1] >= 4 * tiles + 40
  );
}

/** The convolution whose output is the gradient of the input: of dy, with the filters turned and transposed. */
export const turned = (conv: ConvShape): ConvShape => ({
  ...conv,
  channels: conv.rows,
  rows: conv.channels,
  image: conv.output,
  output: conv.image,
  padding: [2 - conv.padding[0], 2 - conv.padding[1]],
});

/** Tiles and rows of an item: as many as share the filters from L2, fewer where threads would go without. */
function itemSize(conv: ConvShape): { tiles: number; rows: number } {
  const { tiles } = tilesOf(conv);
  const item = { tiles: Math.min(64, roundUp(tiles, 8)), rows: roundUp(conv.rows, 32) };
  const few = () => Math.ceil(tiles / item.tiles) * Math.ceil(conv.rows / item.rows) < 8;
  // Rows first: each part of them transforms the input anew, which 128 rows outweigh, but reads its filters only once.
  while (few() && item.rows > 128) item.rows = roundUp(item.rows / 2, 32);
  while (few() && item.tiles > 16) item.tiles = roundUp(item.tiles / 2, 8);
  return item;
}

/** Bytes of 36 matrices of `size` floats, a line apart: `pointPitch` in assembly/nn/winograd-transform.ts. */
const points = (size: number) => 36 * (4 * size + 64);

/** Bytes of a table of `tiles`, a row of zeros, `stages` of them, and a corner. */
function tileBytes(tiles: number, across: number, stages: number): number {
  const bands = Math.floor((tiles + across - 2) / across) + 1;
  return 16 * (tiles + (across + 1) * (6 * bands * stages + 1) + 24);
}

/** y [N, rows, H', W'] = x [N, channels, H, W] * weight + bias; of `flipped` weights [channels, rows, 3, 3] the rotated transpose. */
export function winograd(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  flipped: boolean,
): void {
  const { runtime } = y;
  const { images, channels, rows, image, padding } = conv;
  const panels = Math.ceil(rows / 4);
  const pitches = flipped ? [9, 9 * rows] : [9 * channels, 9];
  using filters = empty(runtime, [points(4 * panels * channels) / 4]);
  runtime.run(
    "winogradWeights",
    panels,
    200 * channels,
    [filters.ptr, weight.ptr, rows, channels, ...pitches, Number(flipped)],
    27 * 16,
  );
  const { across, tiles } = tilesOf(conv);
  const item = itemSize(conv);
  runtime.run(
    "winograd",
    Math.ceil(tiles / item.tiles) * Math.ceil(rows / item.rows),
    9 * item.tiles * item.rows * channels,
    [
      ...[y.ptr, filters.ptr, x.ptr, bias ? bias.ptr : 0],
      ...[images, channels, rows, ...image, ...padding, item.tiles, item.rows],
    ],
    tileBytes(item.tiles, across, 1) + points(item.tiles * channels) + points(item.tiles * 32),
  );
}

/** Tiles summed in registers: TILES in assembly/nn/winograd-gradient.ts. */
const RUN = 32;

/** dw [rows, channels, 3, 3] from dy and x; where tiles of dw are few, the pixels are cut into parts, added up in order. */
export function winogradWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  const { runtime } = dw;
  const { images, channels, rows, image, padding } = conv;
  const { across, tiles } = tilesOf(conv);
  const tile = {
    rows: Math.min(64, roundUp(rows, 4)),
    channels: Math.min(64, roundUp(channels, 8)),
  };
  const count = Math.ceil(rows / tile.rows) * Math.ceil(channels / tile.channels);
  const parts = Math.min(Math.ceil(tiles / RUN), Math.ceil(8 / count));
  using partials = parts > 1 ? empty(runtime, [parts, dw.size]) : null;
  runtime.run(
    "winogradWeightGradient",
    count * parts,
    (9 * tiles * tile.rows * tile.channels) / parts,
    [
      ...[(partials ?? dw).ptr, dy.ptr, x.ptr, images, channels, rows, ...image, ...padding],
      ...[tile.rows, tile.channels, parts],
    ],
    tileBytes(RUN, across, 4) +
      points(tile.rows * RUN) +
      points(tile.channels * RUN) +
      points(tile.rows * tile.channels),
  );
  if (partials) runtime.run("gemmMerge", dw.size, parts, [dw.ptr, partials.ptr, parts, dw.size]);
}
