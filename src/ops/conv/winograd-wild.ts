// Winograd where it is exact, plain sums where an output would depend on what it does not see. The data of a tile, of a
// filter or of a channel decide this, whatever else there is and however many threads.
import { type Address, behind } from "../../runtime/address.js";
import {
  inputsOf,
  sideOf,
  stepOf,
  tallOf,
  tileVerdict,
  wideOf,
  winogradKind,
  winogradZerosScratch,
} from "../../runtime/kernels.js";
import type { Runtime } from "../../runtime/runtime.js";
import { empty, type Tensor, temporary } from "../../tensor.js";
import type { Pair } from "../check.js";
import { boundsOf, type Epilogue } from "../product/epilogue.js";
import { wildChannels } from "../product/finite.js";
import type { ConvShape } from "./conv-plan.js";
import {
  planOf,
  tilesOf,
  type WinogradPass,
  winograd,
  winogradWeightGradient,
} from "./winograd.js";

/** `apart`: weights that meet the padding are left out, instead of multiplied by its zeros. */
export type Plain = (
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
  apart?: boolean,
) => void;

/** How many wild tiles are convolved at once: enough for a product, and no more memory than a small image. */
const BATCH = 64;

/**
 * y from x and weight, as `plain` makes it. Where filters are huge or not finite it returns false and writes nothing.
 */
export function winogradOrPlain(
  conv: ConvShape,
  pass: WinogradPass,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
  plain: Plain,
): boolean {
  const filters = winograd(pass, y, x, weight, after);
  if (filters === "infinite") return false;
  if (filters === "wild") {
    plain(conv, y, x, weight, after);
    return true;
  }
  const { runtime } = y;
  const { kind, images, channels, rows, padding, flipped } = pass;
  const { across, down, tiles } = tilesOf(pass);
  const height = images * tallOf(kind, down);
  const width = wideOf(kind, across);
  const size = 2 * height * width;
  using levels = temporary(runtime, [size + tiles]);
  const verdicts = behind(levels.ptr, 4 * size);
  const planes = [levels.ptr, x.ptr, planOf(runtime, pass)] as const;
  runtime.run("winogradLevels", height, 2 * width * channels, planes);
  const judged = [verdicts, levels.ptr, planOf(runtime, pass)] as const;
  runtime.run("winogradJudge", images * down, 100 * across, judged);

  const { wild, withZeros } = sorted(levels.elements.subarray(size));
  if (withZeros.length > 0) {
    using list = upload(runtime, withZeros);
    const found = [y.ptr, levels.ptr, verdicts, list.ptr] as const;
    const args = [...found, ...boundsOf(after), planOf(runtime, pass)] as const;
    const scratch = winogradZerosScratch(kind);
    runtime.run("winogradZeros", withZeros.length, 16 * rows, args, scratch);
  }

  const source: Pair = [inputsOf(kind), inputsOf(kind)];
  const target: Pair = [sideOf(kind), sideOf(kind)];
  for (let from = 0; from < wild.length; from += BATCH) {
    const batch = wild.slice(from, from + BATCH);
    using list = upload(runtime, batch);
    using inputs = temporary(runtime, [batch.length, channels, ...source]);
    using outputs = temporary(runtime, [batch.length, rows, ...target]);
    const copy = (tiles: Tensor, planes: Tensor, back: boolean, step: number, padding: Pair) => {
      const [count, channels, side] = tiles.shape;
      const [, , height, width] = planes.shape;
      const where = [...padding, across, down] as const;
      const sizes = [Number(back), channels, height, width, side, step, ...where] as const;
      const args = [tiles.ptr, planes.ptr, list.ptr, ...sizes] as const;
      runtime.run("winogradCopyTiles", count * channels, side * side, args);
    };
    // the padding of the convolution whose input gradient a tile is
    const around = kind === winogradKind.subpixelOdd ? 1 : 2;
    const tile = flipped
      ? { image: target, output: source, padding: [around, around] as const }
      : { image: source, output: target, padding: [0, 0] as const };
    copy(inputs, x, false, stepOf(kind), padding);
    plain({ ...conv, ...tile, images: batch.length }, outputs, inputs, weight, after);
    copy(outputs, y, true, sideOf(kind), [0, 0]);
  }
  return true;
}

/** dw [rows, channels, 3, 3] from dy and x, as `plain` makes it. */
export function gradientOrPlain(
  conv: ConvShape,
  pass: WinogradPass,
  dw: Tensor,
  dy: Tensor,
  x: Tensor,
  plain: (conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor) => void,
): void {
  const { runtime } = dw;
  const { rows, channels } = conv;
  const wildRows = wildChannels(dy);
  const wild = wildChannels(x);
  // Plain sums take up to three times as long.
  if (3 * (wildRows.length * channels + wild.length * rows) > rows * channels) {
    plain(conv, dw, dy, x);
    return;
  }
  winogradWeightGradient(pass, dw, dy, x);
  const move = (to: Address, from: Address, count: number, length: number, pitches: Pair) =>
    runtime.run("copyRuns", count, 2 * length, [to, from, ...pitches, length]);
  const pick = (planes: Tensor, list: readonly number[]) => {
    const [images, channels, height, width] = planes.shape;
    const plane = height * width;
    const some = empty(runtime, [images, list.length, height, width]);
    list.forEach((c, i) => {
      const pitches = [list.length * plane, channels * plane] as const;
      move(
        behind(some.ptr, 4 * i * plane),
        behind(planes.ptr, 4 * c * plane),
        images,
        plane,
        pitches,
      );
    });
    return some;
  };
  if (wildRows.length > 0) {
    using some = pick(dy, wildRows);
    using part = temporary(runtime, [wildRows.length, channels, 3, 3]);
    plain({ ...conv, rows: wildRows.length }, part, some, x);
    const length = 9 * channels;
    wildRows.forEach((row, i) => {
      move(behind(dw.ptr, 4 * row * length), behind(part.ptr, 4 * i * length), 1, length, [0, 0]);
    });
  }
  if (wild.length > 0) {
    using some = pick(x, wild);
    using part = temporary(runtime, [rows, wild.length, 3, 3]);
    plain({ ...conv, channels: wild.length }, part, dy, some);
    wild.forEach((c, i) => {
      const pitches = [9 * channels, 9 * wild.length] as const;
      move(behind(dw.ptr, 36 * c), behind(part.ptr, 36 * i), rows, 9, pitches);
    });
  }
}

/** The wild tiles or channels, and those some of whose outputs see nothing but zeros. */
function sorted(verdicts: Float32Array): { wild: number[]; withZeros: number[] } {
  const wild: number[] = [];
  const withZeros: number[] = [];
  for (let i = 0; i < verdicts.length; i++) {
    if (verdicts[i] === tileVerdict.wild) wild.push(i);
    else if (verdicts[i] >= tileVerdict.withZeros) withZeros.push(i);
  }
  return { wild, withZeros };
}

function upload(runtime: Runtime, values: readonly number[]): Tensor<"int32"> {
  const out = empty(runtime, [values.length], "int32");
  out.elements.set(values);
  return out;
}
