// The convolution engine: a plan, panels of weights, one kernel. conv2d, its gradients and the transposed convolution
// are plans.
import type { Address, PlanAddress } from "../../runtime/address.js";
import { convolveScratch, convWeightGradientScratch } from "../../runtime/kernels.js";
import type { Runtime } from "../../runtime/runtime.js";
import { addressOf, empty, type Tensor, temporary } from "../../tensor.js";
import { boundsOf, type Epilogue } from "../product/epilogue.js";
import { allFinite, finiteOf, takeInfinite } from "../product/finite.js";
import { ANY } from "../product/gemm.js";
import { panelsOf } from "../product/packed.js";
import { reordered } from "../shape/permute.js";
import { reachOf } from "./conv-options.js";
import { type ConvPlan, type ConvShape, ITEM_WORK, plansOf, type ReadyPlan } from "./conv-plan.js";
import {
  isSparse,
  sparseForward,
  sparseInputGradient,
  sparseWeightGradient,
} from "./conv-sparse.js";
import { tapByTap } from "./conv-taps.js";
import { type WinogradPass, winogradForward, winogradInputGradient } from "./winograd.js";
import { gradientOrPlain, type Plain, winogradOrPlain } from "./winograd-wild.js";

/** y [N, groups·rows, H', W'] from x [N, groups·channels, H, W] and weight [groups·rows, channels, kh, kw]. */
export function convForward(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue = {},
): void {
  if (isSparse(conv)) sparseForward(conv, y, x, weight, after);
  else {
    const byColumns = columnsSuit(conv) && !after.scale;
    const plain = byColumns ? convByColumns : implicitForward;
    convolveFinite(conv, winogradForward(conv), y, x, weight, after, implicitForward, plain);
  }
}

/**
 * Convolves by Winograd where there is a pass, else by `plain`. Outputs that meet a weight that is not finite are
 * summed apart. The zeros of the padding would make other outputs NaN with such weights, and these must keep their
 * bits.
 */
function convolveFinite(
  conv: ConvShape,
  pass: WinogradPass | null,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
  implicit: Plain,
  plain = implicit,
): void {
  const convolved = (weight: Tensor): boolean => {
    if (pass) return winogradOrPlain(conv, pass, y, x, weight, after, implicit);
    plain(conv, y, x, weight, after);
    return true;
  };
  if ((pass || !meetsPadding(conv, weight)) && convolved(weight)) return;
  using finite = finiteOf(weight);
  if (!convolved(finite)) implicit(conv, y, x, finite, after, true);
  if (allFinite(weight)) return;
  using met = temporary(y.runtime, y.shape);
  implicit(conv, met, x, weight, { scale: after.scale }, true);
  takeInfinite(y, met, after);
}

/** Whether windows reach beyond the image along an axis. */
function reachesOut({ image, kernel, output, stride, padding, dilation }: ConvShape, d: 0 | 1) {
  const end = (output[d] - 1) * stride[d] + reachOf(kernel[d], dilation[d]) - padding[d];
  return padding[d] > 0 || end > image[d];
}
const hasPadding = (conv: ConvShape): boolean => reachesOut(conv, 0) || reachesOut(conv, 1);

/** Whether weights that are not finite meet the padding of an image: times its zeros they would be NaN. */
function meetsPadding(conv: ConvShape, weight: Tensor): boolean {
  return (conv.kernel.some((n) => n > 1) || hasPadding(conv)) && !allFinite(weight);
}

/**
 * The convolution as an implicit matrix product. With `apart`, weights that meet the padding are left out: a weight
 * that is not finite, times a zero, is NaN.
 */
export function implicitForward(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue = {},
  apart = false,
): void {
  const area = conv.kernel[0] * conv.kernel[1];
  const pitches = [conv.rows * conv.channels * area, conv.channels * area, area] as const;
  const key = apart ? undefined : `conv ${conv.groups} ${weight.shape}`;
  for (const plan of plansOf(apart ? "forwardApart" : "forward", conv))
    convolve(plan, y, x, weight, pitches, after, key);
}

/**
 * Whether the columns of the filters become rows of the product. Products of up to 4 rows use each gathered pixel only
 * once: without this, 9×9 from 32 channels to 3 takes 1.9 times as long. The condition on the channels keeps what is
 * then summed no larger than the input.
 */
function columnsSuit({ groups, stride, kernel, rows, channels }: ConvShape): boolean {
  return (
    groups === 1 &&
    stride[1] === 1 &&
    rows > 0 &&
    rows <= 4 &&
    kernel[1] > 1 &&
    rows * kernel[1] <= channels
  );
}

/** y from the products of x with each column of the filters, as wide as the padded image. */
function convByColumns(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
): void {
  const { rows, kernel, output, dilation } = conv;
  const [kh, kw] = kernel;
  using columns = reordered(weight, [0, 3, 1, 2]);
  const width = output[1] + reachOf(kw, dilation[1]) - 1; // the padded image's
  using products = temporary(y.runtime, [conv.images, rows * kw, output[0], width]);
  const narrow: ConvShape = {
    ...conv,
    rows: rows * kw,
    kernel: [kh, 1],
    output: [output[0], width],
  };
  implicitForward(narrow, products, x, columns);
  y.runtime.run("sumFilterColumns", conv.images * rows * output[0], (kw + 1) * output[1], [
    ...([
      y.ptr,
      products.ptr,
      ...boundsOf(after),
      rows,
      kw,
      dilation[1],
      ...output,
      width,
    ] as const),
  ]);
}

/**
 * dx from dy: a convolution with rows and channels of the weight exchanged, one plan for each remainder modulo the
 * stride. With an epilogue it is the forward pass of a transposed convolution.
 */
export function convInputGradient(
  conv: ConvShape,
  dx: Tensor,
  dy: Tensor,
  weight: Tensor,
  after: Epilogue = {},
): void {
  if (isSparse(conv)) sparseInputGradient(conv, dx, dy, weight, after);
  else {
    const pass = winogradInputGradient(conv);
    convolveFinite(conv, pass, dx, dy, weight, after, implicitInputGradient);
  }
}

/** convInputGradient as implicit matrix products. */
export function implicitInputGradient(
  conv: ConvShape,
  dx: Tensor,
  dy: Tensor,
  weight: Tensor,
  after: Epilogue = {},
  apart = false,
): void {
  const area = conv.kernel[0] * conv.kernel[1];
  const pitches = [conv.rows * conv.channels * area, area, conv.channels * area] as const;
  for (const plan of plansOf(apart ? "inputGradientApart" : "inputGradient", conv))
    convolve(plan, dx, dy, weight, pitches, after);
}

/**
 * Runs a plan. The pitches of group, row and channel of the weight are in floats. A key names the panels of weights:
 * they are kept.
 */
function convolve(
  { plan, words }: ReadyPlan,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  pitches: readonly [group: number, row: number, channel: number],
  after: Epilogue,
  key?: string,
): void {
  const { runtime } = y;
  const { groups, rows, channels, images, tile, lattice } = plan;
  const pixelTiles = Math.ceil(images / tile.images) * Math.ceil(lattice[0] / tile.height);
  if (pixelTiles * lattice[1] * rows === 0) return;
  const panelCount = groups * Math.ceil(rows / 4);
  const depth = channels * plan.taps.length;
  using address = upload(runtime, words);
  const at = planAt(address);
  const { scale } = after;
  const pack = (to: Address) => {
    const args = [to, weight.ptr, addressOf(scale), at, ...pitches] as const;
    runtime.run("convPack", panelCount, 4 * depth, args);
  };
  using panels = panelsOf(weight, key, 4 * panelCount * depth, pack, scale);

  const columns = tile.images * tile.height * lattice[1];
  runtime.run(
    "convolve",
    pixelTiles * groups * Math.ceil(rows / tile.rows),
    (tile.rows * columns * depth) / 4,
    [y.ptr, panels.ptr, x.ptr, ...boundsOf(after), at],
    convolveScratch(
      Number(plan.straight),
      tile.rows,
      columns,
      tile.channels * plan.taps.length,
      patchFloats(plan),
    ),
  );
}

/** A plan whose list of taps makes it too long for `Runtime.plan`. */
const planAt = (words: Tensor<"int32">) => words.ptr as PlanAddress<"conv">;

function upload(runtime: Runtime, words: Int32Array): Tensor<"int32"> {
  const out = empty(runtime, [words.length], "int32");
  out.elements.set(words);
  return out;
}

const patchFloats = ({ direct, tile, pitch }: ConvPlan) => (direct ? 0 : tile.images * pitch.image);

/**
 * dw from dy and x, a product over all pixels. Where tiles of dw are few, the pixels are cut into parts, added up in
 * order.
 */
export function convWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  if (dy.size === 0 || dw.size === 0) {
    dw.elements.fill(0);
    return;
  }
  const pass = winogradForward(conv);
  if (isSparse(conv)) sparseWeightGradient(conv, dw, dy, x);
  else if (pass && conv.rows >= 8 && conv.output[1] >= 4)
    gradientOrPlain(conv, pass, dw, dy, x, plainWeightGradient);
  else plainWeightGradient(conv, dw, dy, x);
}

/**
 * convWeightGradient by plain sums. A gradient that is not finite does not reach taps that meet the padding where it
 * is.
 */
function plainWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  implicitWeightGradient(conv, dw, dy, x);
  if (!hasPadding(conv) || allFinite(dw) || allFinite(dy)) return;
  using finite = finiteOf(dy);
  implicitWeightGradient(conv, dw, finite, x);
  using met = temporary(dw.runtime, dw.shape);
  tapByTap(conv, met, dy, x, implicitWeightGradient);
  takeInfinite(dw, met);
}

/** convWeightGradient as an implicit matrix product over the pixels. */
export function implicitWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  const { runtime } = dw;
  const { rows, channels, groups, images, output } = conv;
  const [{ plan, words }] = plansOf("weightGradient", conv);
  const { tile } = plan;
  const pixelTiles = Math.ceil(images / tile.images) * Math.ceil(output[0] / tile.height);
  const tiles = groups * Math.ceil(rows / tile.rows) * Math.ceil(channels / tile.channels);
  const pixels = images * output[0] * output[1];
  const enough = Math.min(16, (dw.size * pixels) / ITEM_WORK);
  const parts = Math.max(1, Math.min(pixelTiles, Math.ceil(enough / tiles)));

  using address = upload(runtime, words);
  using partials = parts > 1 ? temporary(runtime, [parts, dw.size]) : null;
  const columns = tile.channels * plan.taps.length;
  const tilePixels = tile.images * tile.height * output[1];
  runtime.run(
    "convWeightGradient",
    tiles * parts,
    (tile.rows * columns * pixels) / parts / 4,
    [(partials ?? dw).ptr, dy.ptr, x.ptr, planAt(address), parts],
    convWeightGradientScratch(tile.rows, columns, tilePixels, patchFloats(plan)),
  );
  if (partials)
    runtime.run("gemmMerge", dw.size, parts, [dw.ptr, partials.ptr, ANY, parts, dw.size]);
}

/** db [C] from dy [N, C, ...]. */
export function convBiasGradient(db: Tensor, dy: Tensor): void {
  const [images, channels, ...sizes] = dy.shape;
  const plane = sizes.reduce((a, b) => a * b, 1);
  dy.runtime.run("sumChannels", channels, images * plane, [
    db.ptr,
    dy.ptr,
    images,
    channels,
    plane,
  ]);
}
