import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { describe } from "../../options.js";
import { transposeBand } from "../../runtime/kernels.js";
import { empty, type Shape, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkTensor } from "../check.js";

/**
 * x with its dimensions in the order `dims`, copied: permute(x, [0, 2, 3, 1]) makes NHWC of NCHW.
 * @shape x [d0, d1, ...] → [d of dims[0], d of dims[1], ...]
 * @throws RangeError unless `dims` holds each dimension once; TypeError for what is no list
 * @source torch.permute
 */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor("permute", "input", x);
  if (!Array.isArray(dims))
    throw new TypeError(`permute: expected dims to be a list of axes, got ${describe(dims)}`);
  const rank = x.shape.length;
  const order = dims.map((dim) => axisOf("permute", dim, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new RangeError(
      `permute: expected dims to hold each of 0 … ${rank - 1} once, got ${show(dims)}`,
    );
  }
  return reorder("permute", x, order);
}

/** @internal permute without its checks. */
export function reorder(op: string, x: Tensor, order: readonly number[]): Tensor {
  return call(op, () => {
    const inverse = order.map((_, i) => order.indexOf(i));
    const how = { op, rule: "permute", order };
    return record(how, reordered(x, order), [x], [], (dy) => [reordered(dy, inverse)]);
  });
}

interface Axis {
  length: number;
  stride: number;
}

/** Axes of the result, outermost first, with their strides in x. Axes that run on in x are joined. */
function axesFor(shape: Shape, order: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  for (const dim of order) {
    const axis = { length: shape[dim], stride: sizeOf(shape.slice(dim + 1)) };
    if (axis.length === 1) continue;
    const last = axes.at(-1);
    if (last && last.stride === axis.stride * axis.length) {
      last.length *= axis.length;
      last.stride = axis.stride;
    } else axes.push(axis);
  }
  return axes;
}

/** @internal y = x with its axes in `order`. Nothing is recorded. */
export function reordered(x: Tensor, order: readonly number[]): Tensor {
  const { runtime } = x;
  const y = empty(
    runtime,
    order.map((dim) => x.shape[dim]),
  );
  if (y.size === 0) return y;
  const axes = axesFor(x.shape, order);
  if (isTransposition(axes)) {
    const [columns, rows] = axes.slice(-2).map((axis) => axis.length);
    const bands = (y.size / (rows * columns)) * Math.ceil(rows / transposeBand);
    runtime.run("transpose", bands, 32 * columns, [y.ptr, x.ptr, rows, columns]);
    return y;
  }
  const [run = { length: 1, stride: 1 }, ...outer] = axes.reverse();
  const list = [run.length, run.stride, outer.length];
  for (const axis of outer) list.push(axis.length, axis.stride);
  using plan = temporary(runtime, [list.length], "int32");
  plan.elements.set(list);
  runtime.run("permute", y.size / run.length, 2 * run.length, [y.ptr, x.ptr, plan.ptr]);
  return y;
}

/** Whether the last two axes, alone or under one batch axis, are those of a matrix [rows, columns] of x exchanged. */
function isTransposition(axes: Axis[]): boolean {
  if (axes.length !== 2 && axes.length !== 3) return false;
  const [columns, rows] = axes.slice(-2);
  const batched = axes.length === 2 || axes[0].stride === rows.length * columns.length;
  return batched && columns.stride === 1 && rows.stride === columns.length;
}
