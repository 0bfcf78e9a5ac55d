// What layer norm and RMS norm share: normalisation of rows. See assembly/norm/layer-norm.ts.

import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { NOWHERE } from "../../runtime/address.js";
import {
  addressOf,
  empty,
  isShape,
  type Shape,
  show,
  sizeOf,
  type Tensor,
  temporary,
} from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import {
  type Activation,
  activate,
  activationCode,
  checkActivation,
} from "../elementwise/activation.js";
import { blockRowsOf } from "./row-blocks.js";

export interface RowNorm {
  weight: Tensor | null | undefined;
  bias: Tensor | null | undefined;
  eps: number;
  /** With false, the mean is left out. */
  centre: boolean;
  /** The activation behind the norm, in the same pass over memory. */
  activation?: Activation | null;
}

/** What is added before a norm, and where the sum goes. */
interface Residual {
  x: Tensor;
  sum: Tensor;
}

/** A norm, and the sum that it was taken of. */
export interface AddNorm {
  output: Tensor;
  /** x + residual. */
  sum: Tensor;
}

/** The size of a part, or null for whole rows. Few long rows are done in parts, so that threads help. */
function partOf(rows: number, cols: number): number | null {
  if (rows >= 8 || rows * cols <= 32768) return null;
  return Math.ceil(cols / Math.min(32, Math.ceil(cols / 4096)) / 1024) * 1024;
}

function forward(
  y: Tensor,
  stats: Tensor<"float64">,
  x: Tensor,
  cols: number,
  o: RowNorm,
  residual: Residual | null,
): void {
  const { runtime } = x;
  const rows = x.size / cols;
  const centre = Number(o.centre);
  const partSize = partOf(rows, cols);
  if (!partSize) {
    runtime.run("layerNormForward", rows, 2 * cols, [
      y.ptr,
      addressOf(residual?.sum),
      stats.ptr,
      x.ptr,
      addressOf(residual?.x),
      addressOf(o.weight),
      addressOf(o.bias),
      cols,
      centre,
      activationCode(o.activation),
      o.eps,
    ]);
    return;
  }
  const from = residual?.sum ?? x;
  if (residual) runtime.run("add", x.size, 1, [from.ptr, x.ptr, residual.x.ptr, NOWHERE]);
  const parts = Math.ceil(cols / partSize);
  using partials = temporary(runtime, [rows * parts, 2], "float64");
  const args = [partials.ptr, from.ptr, cols, partSize, parts, centre, o.eps] as const;
  runtime.run("layerNormMoments", rows * parts, partSize, args);
  const merge = [stats.ptr, partials.ptr, 1, 1, cols, partSize, parts, o.eps] as const;
  runtime.run("channelStatistics", rows, 8 * parts, merge);
  const parameters = [addressOf(o.weight), addressOf(o.bias)] as const;
  const pointers = [y.ptr, stats.ptr, from.ptr, ...parameters] as const;
  runtime.run("layerNormalize", rows * parts, 2 * partSize, [...pointers, cols, partSize, parts]);
}

function backward(
  dx: Tensor | null,
  dweight: Tensor | null,
  dbias: Tensor | null,
  dy: Tensor,
  x: Tensor,
  stats: Tensor<"float64">,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  cols: number,
  o: RowNorm,
): void {
  const { runtime } = x;
  const rows = x.size / cols;
  const centre = Number(o.centre);
  const inputs = [dy.ptr, x.ptr, stats.ptr] as const;
  const partSize = partOf(rows, cols);
  if (!partSize) {
    const blockRows = blockRowsOf(rows);
    const blocks = Math.ceil(rows / blockRows);
    using partials = dweight || dbias ? temporary(runtime, [blocks, 2, cols]) : null;
    const activation = activationCode(o.activation);
    using spare = activation && !dx ? temporary(runtime, x.shape) : null; // dy goes through the activation there
    const pointers = [
      addressOf(dx ?? spare),
      addressOf(partials),
      ...inputs,
      addressOf(weight),
      addressOf(bias),
    ] as const;
    const args = [...pointers, rows, cols, blockRows, centre, activation] as const;
    runtime.run("layerNormBackward", blocks, 3 * blockRows * cols, args);
    if (!partials) return;
    const sums = [addressOf(dweight), addressOf(dbias), partials.ptr, blocks, cols] as const;
    runtime.run("layerNormParameterGradients", cols, 4 * blocks, sums);
    return;
  }
  const parts = Math.ceil(cols / partSize);
  using sums = temporary(runtime, [rows * parts, 2], "float64");
  const split = [partSize, parts] as const;
  if (dx) {
    const args = [sums.ptr, ...inputs, addressOf(weight), cols, ...split] as const;
    runtime.run("layerNormSums", rows * parts, 2 * partSize, args);
  }
  // The kernel makes both or neither.
  using spare = Boolean(dweight) === Boolean(dbias) ? null : temporary(runtime, [cols]);
  const grads = [addressOf(dweight ?? spare), addressOf(dbias ?? spare)] as const;
  const pointers = [addressOf(dx), ...grads, ...inputs, sums.ptr, addressOf(weight)] as const;
  const args = [...pointers, rows, cols, ...split, centre] as const;
  runtime.run("layerNormColumns", parts, 4 * rows * partSize, args);
}

/** Refuses what is no list of the last lengths of x. */
export function checkNormalizedShape(op: string, x: Tensor, shape: Shape): void {
  checkTensor(op, "input", x);
  if (!Array.isArray(shape) || shape.length === 0)
    throw new TypeError(`${op}: expected normalizedShape to be a list of one or more lengths`);
  if (!isShape(x.shape.slice(-shape.length), shape)) {
    throw new RangeError(
      `${op}: Given normalizedShape ${show(shape)}, expected input with shape [*, ${show(shape).slice(1)}, ` +
        `but got input of size ${show(x.shape)}`,
    );
  }
}

function check(op: string, x: Tensor, shape: Shape, o: RowNorm, residual?: Tensor): void {
  checkNormalizedShape(op, x, shape);
  checkShape(op, "residual", residual, x.shape);
  checkShape(op, "weight", o.weight, shape);
  checkShape(op, "bias", o.bias, shape);
  checkSameRuntime(op, x, residual, o.weight, o.bias);
  checkNumber(op, "eps", o.eps);
  checkActivation(op, o.activation);
}

/** Checks the arguments and normalises x over its last `normalizedShape.length` axes. */
export function rowNorm(op: string, x: Tensor, normalizedShape: Shape, o: RowNorm): Tensor {
  return call(op, () => {
    check(op, x, normalizedShape, o);
    return rowNormOf(op, x, normalizedShape, o, null).output;
  });
}

/** rowNorm of x + residual: one is a block's input, the other what the block made of it. Norm and sum are returned. */
export function addRowNorm(
  op: string,
  x: Tensor,
  residual: Tensor,
  normalizedShape: Shape,
  o: RowNorm,
): AddNorm {
  return call(op, () => {
    checkTensor(op, "residual", residual);
    check(op, x, normalizedShape, o, residual);
    return rowNormOf(op, x, normalizedShape, o, residual);
  });
}

function rowNormOf(
  op: string,
  x: Tensor,
  shape: Shape,
  o: RowNorm,
  residual: Tensor | null,
): AddNorm {
  const { runtime } = x;
  const cols = sizeOf(shape);
  if (o.activation && x.size > 0 && partOf(x.size / cols, cols)) {
    const { output, sum } = rowNormOf(op, x, shape, { ...o, activation: null }, residual);
    using plain = output;
    return { output: activate(o.activation, plain), sum };
  }
  const sum = residual ? empty(runtime, x.shape) : x;
  const y = empty(runtime, x.shape);
  using stats = temporary(runtime, [cols === 0 ? 0 : x.size / cols, 3], "float64");
  if (x.size > 0) forward(y, stats, x, cols, o, residual && { x: residual, sum });
  if (residual) record("add", sum, [x, residual], [], (dy) => [dy, dy]);
  const saved = [sum, stats, o.weight, o.activation ? o.bias : null];
  const how = { op, rule: "rowNorm", cols, o };
  const output = record(how, y, [sum, o.weight, o.bias], saved, (dy, saved, needs) => {
    const [x, stats, weight, bias] = saved as unknown as [
      Tensor,
      Tensor<"float64">,
      Tensor | undefined,
      Tensor | undefined,
    ];
    const grads = [x.shape, shape, shape].map((wanted, i) => {
      if (!needs[i]) return null;
      const gradient = empty(runtime, wanted);
      if (x.size === 0) gradient.elements.fill(0); // of nothing
      return gradient;
    });
    const [dx, dweight, dbias] = grads;
    if (x.size > 0) backward(dx, dweight, dbias, dy, x, stats, weight, bias, cols, o);
    return grads;
  });
  return { output, sum };
}
