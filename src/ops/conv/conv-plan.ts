import type { Plans } from "../../runtime/kernels.js";
import type { Pair } from "../check.js";
import { roundUp } from "../product/gemm.js";

/**
 * A checked 2-D convolution: sizes of image, kernel and output. Channels and rows (output channels) are those of one
 * group.
 */
export interface ConvShape {
  images: number;
  groups: number;
  channels: number;
  rows: number;
  image: Pair;
  kernel: Pair;
  output: Pair;
  stride: Pair;
  padding: Pair;
  dilation: Pair;
}

/** A gather over a lattice of pixels, as assembly/conv/conv-plan.ts describes it. */
export interface ConvPlan {
  images: number;
  groups: number;
  rows: number;
  channels: number;
  source: Pair;
  lattice: Pair;
  step: Pair;
  origin: Pair;
  spanY: number;
  direct: boolean;
  /** Whether the products of a pixel are so few that all are summed at a time and stored as they are. */
  straight: boolean;
  pitch: { phase: number; row: number; channel: number; image: number };
  target: { plane: number; first: number; y: number; x: number };
  tile: { images: number; height: number; rows: number; channels: number };
  taps: (readonly [offset: number, index: number])[];
}

/** The words of a plan, and the list that follows them. */
function wordsOf(plan: ConvPlan): Int32Array {
  const { pitch, target, tile, taps } = plan;
  const words: Plans["conv"] = [
    ...([plan.images, plan.groups, plan.rows, plan.channels] as const),
    ...([...plan.source, ...plan.lattice, ...plan.step, ...plan.origin] as const),
    ...([plan.spanY, Number(plan.direct)] as const),
    ...([pitch.phase, pitch.row, pitch.channel, pitch.image] as const),
    ...([target.plane, target.first, target.y, target.x] as const),
    ...([tile.images, tile.height, tile.rows, tile.channels] as const),
    ...([Number(plan.straight), taps.length] as const),
  ];
  return Int32Array.from([
    ...words,
    ...taps.map(([, index]) => index),
    ...range(tile.channels).flatMap((c) => taps.map(([at]) => 4 * (c * pitch.channel + at))),
  ]);
}

/** A plan ready for the kernels. */
export interface ReadyPlan {
  plan: ConvPlan;
  words: Int32Array;
}

const makers = {
  forward: (conv: ConvShape) => [forwardPlan(conv)],
  forwardApart,
  inputGradient: (conv: ConvShape) => inputGradientPlans(conv),
  inputGradientApart: (conv: ConvShape) => inputGradientPlans(conv, apart),
  weightGradient: (conv: ConvShape) => [weightGradientPlan(conv)],
};
const ready = new Map<string, ReadyPlan[]>();

/** The plans of a pass. They are kept: to make them takes 10 µs, as long as a small convolution. */
export function plansOf(pass: keyof typeof makers, conv: ConvShape): ReadyPlan[] {
  const key = `${pass} ${Object.values(conv).join(" ")}`;
  let plans = ready.get(key);
  if (!plans) {
    plans = makers[pass](conv).map((plan) => ({ plan, words: wordsOf(plan) }));
    if (ready.size >= 256) ready.clear();
    ready.set(key, plans);
  }
  return plans;
}

/** One axis of a gather: lattice pixel i reads input i·step + tap.offset and is output pixel first + i·spacing. */
interface Axis {
  count: number;
  step: number;
  taps: { offset: number; index: number }[];
  first: number;
  spacing: number;
}

/** How many products are summed in registers. */
const TILE_DEPTH = 256;
/** Up to so many products a pixel, the packed products of a tile's pixels stay in L1. */
const STRAIGHT_DEPTH = 64;
/** Pixels of a tile; a wider image has more. In the gradient of a weight, so many products are summed in registers. */
const TILE_PIXELS = 256;
/** Floats of a tile of the product: 256 KB, beside weights and patch in an L2 of 1 MB. */
const TILE_FLOATS = 2 ** 16;
/** Multiplications that take a thread 10 µs, ten times what it costs to hand an item over. */
export const ITEM_WORK = 2 ** 18;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** The gradient of the weight. It is the forward pass, but rows are cut only where a tile would grow too large. */
function weightGradientPlan(conv: ConvShape): ConvPlan {
  const plan = forwardPlan(conv);
  plan.tile.rows = Math.min(roundUp(conv.rows, 4), 256);
  return plan;
}

/** The forward pass: every output pixel reads all taps. */
function forwardPlan(conv: ConvShape): ConvPlan {
  const { rows, channels, image, output } = conv;
  return gather(conv, rows, channels, image, output, forwardAxis(conv, 0), forwardAxis(conv, 1));
}

/** The forward pass, in which the pixels at the border read only those taps that lie inside. */
function forwardApart(conv: ConvShape): ConvPlan[] {
  const { rows, channels, image, output } = conv;
  const axes = (d: 0 | 1) => apart(forwardAxis(conv, d), image[d]);
  return axes(0).flatMap((y) =>
    axes(1).map((x) => gather(conv, rows, channels, image, output, y, x)),
  );
}

function forwardAxis(conv: ConvShape, d: 0 | 1): Axis {
  return {
    count: conv.output[d],
    step: conv.output[d] === 1 ? 1 : conv.stride[d], // a step that is not taken must not make the patch longer
    taps: range(conv.kernel[d]).map((index) => ({
      offset: index * conv.dilation[d] - conv.padding[d],
      index,
    })),
    first: 0,
    spacing: 1,
  };
}

/** Cuts an axis where the taps change that lie inside of `size` inputs. Each part gets the taps that do. */
function apart(axis: Axis, size: number): Axis[] {
  const parts: Axis[] = [];
  const { step, first, spacing } = axis;
  for (let i = 0; i < axis.count; i++) {
    const taps = axis.taps
      .map(({ offset, index }) => ({ offset: offset + i * step, index }))
      .filter(({ offset }) => offset >= 0 && offset < size);
    const part = parts.at(-1);
    const indices = (taps: Axis["taps"]) => taps.map(({ index }) => index).join();
    if (part && indices(part.taps) === indices(taps)) part.count++;
    else parts.push({ count: 1, step, taps, first: first + i * spacing, spacing });
  }
  return parts;
}

/**
 * The gradient of the input, by sub-pixel decomposition. Input pixels of one remainder modulo the stride see the same
 * taps. So each of the stride² classes is a dense convolution of dy with its own few taps, and nothing is multiplied by
 * an inserted zero.
 */
function inputGradientPlans(conv: ConvShape, cut = (axis: Axis, _: number) => [axis]): ConvPlan[] {
  const classes = (d: 0 | 1): Axis[] =>
    range(Math.min(conv.stride[d], conv.image[d])).map((first) => ({
      count: Math.ceil((conv.image[d] - first) / conv.stride[d]),
      step: 1,
      taps: range(conv.kernel[d])
        .map((index) => ({
          offset: (first + conv.padding[d] - index * conv.dilation[d]) / conv.stride[d],
          index,
        }))
        .filter((tap) => Number.isInteger(tap.offset)),
      first,
      spacing: conv.stride[d],
    }));
  const { rows, channels, image, output } = conv;
  const axes = (d: 0 | 1) => classes(d).flatMap((axis) => cut(axis, output[d]));
  return axes(0).flatMap((y) =>
    axes(1).map((x) => gather(conv, channels, rows, output, image, y, x)),
  );
}

function gather(
  conv: ConvShape,
  rows: number,
  channels: number,
  source: Pair,
  target: Pair,
  y: Axis,
  x: Axis,
): ConvPlan {
  const { images, groups } = conv;
  const [top, spanY] = extent(y.taps);
  const [left, spanX] = extent(x.taps);
  const tapCount = y.taps.length * x.taps.length;
  const tileChannels = Math.min(channels, Math.floor(TILE_DEPTH / Math.max(1, tapCount)));
  const depth = channels * tapCount;
  const tile = { ...tileSize(conv, rows, y.count, x.count, depth), channels: 0 };
  tile.channels = Math.max(1, tileChannels);

  const direct =
    x.step === 1 &&
    tapCount > 0 &&
    Math.min(top, left) >= 0 &&
    top + (y.count - 1) * y.step + spanY < source[0] &&
    left + x.count - 1 + spanX < source[1];
  const straight =
    depth > 0 &&
    depth <= STRAIGHT_DEPTH &&
    rows % 4 === 0 &&
    x.count % 8 === 0 &&
    x.spacing === 1 &&
    y.spacing === 1 &&
    target[1] === x.count;
  const phase = Math.ceil(((x.count - 1) * x.step + spanX + 1) / x.step);
  const row = direct ? source[1] : phase * x.step;
  const patchRows = (tile.height - 1) * y.step + spanY + 1;
  const channel = direct ? source[0] * source[1] : patchRows * row;
  const image = channel * (direct ? groups * channels : tile.channels);

  const column = (dx: number) => (direct ? dx : (dx % x.step) * phase + Math.floor(dx / x.step));
  return {
    images,
    groups,
    rows,
    channels,
    source,
    spanY,
    direct,
    straight,
    tile,
    lattice: [y.count, x.count],
    step: [y.step, x.step],
    origin: [top, left],
    pitch: { phase, row, channel, image },
    target: {
      plane: target[0] * target[1],
      first: y.first * target[1] + x.first,
      y: y.spacing * target[1],
      x: x.spacing,
    },
    taps: y.taps.flatMap((ky) =>
      x.taps.map((kx): [number, number] => [
        (ky.offset - top) * row + column(kx.offset - left),
        ky.index * conv.kernel[1] + kx.index,
      ]),
    ),
  };
}

/**
 * The size of a tile of the product. It depends on the shape alone, and is smaller where threads would else have no
 * work.
 */
function tileSize(
  { images, groups }: ConvShape,
  rows: number,
  height: number,
  width: number,
  depth: number,
) {
  const area = Math.max(1, height * width);
  const columns = Math.max(1, width);
  const tile = {
    images: Math.max(1, Math.min(images, Math.floor(TILE_PIXELS / area))),
    height: Math.max(1, Math.min(height, Math.floor(TILE_PIXELS / columns))),
    rows: Math.min(roundUp(rows, 4), 256),
  };
  const fits = Math.floor(TILE_FLOATS / (tile.images * tile.height * columns) / 4) * 4;
  tile.rows = Math.min(tile.rows, Math.max(16, fits));
  const enough = Math.min(8, (images * area * rows * groups * depth) / ITEM_WORK);
  const few = () => {
    const pixelTiles = Math.ceil(images / tile.images) * Math.ceil(height / tile.height);
    return pixelTiles * Math.ceil(rows / tile.rows) * groups < enough;
  };
  // Fewer pixels cost nothing until the weights are read too often. Fewer rows cost a gather of the same pixels for
  // each tile.
  while (few() && tile.images * area > 128 && tile.images > 1) {
    tile.images = Math.ceil(tile.images / 2);
  }
  while (few() && tile.rows > 32) tile.rows = roundUp(tile.rows / 2, 4);
  while (few() && tile.height > 4) tile.height = Math.ceil(tile.height / 2);
  return tile;
}

/** The first offset and the distance to the last. Without taps both are 0. */
function extent(taps: { offset: number }[]): [first: number, span: number] {
  if (taps.length === 0) return [0, 0];
  const offsets = taps.map((tap) => tap.offset);
  const first = Math.min(...offsets);
  return [first, Math.max(...offsets) - first];
}
