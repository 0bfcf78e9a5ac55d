// What the four arithmetic ops share: NumPy broadcasting. The forward pass goes by a plan of strides, the backward pass
// by sums.
import { NOWHERE } from "../runtime/address.js";
import {
  disposeSymbol,
  empty,
  hold,
  isShape,
  type Shape,
  show,
  sizeOf,
  Tensor,
  temporary,
} from "../tensor.js";
import { keptShape } from "./axes.js";
import { checkSameRuntime, checkTensor } from "./check.js";
import { reduceSum } from "./reduction.js";

/** A number stands for a tensor of shape []. */
export type Operand = Tensor | number;
type Arithmetic = "add" | "sub" | "mul" | "div" | "divGradient";

/** Both operands as tensors, and the shape of the result. To dispose of it frees the tensors made of numbers. */
class Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly shape: Shape;
  readonly #made: Tensor | null;

  constructor(op: Arithmetic, a: Operand, b: Operand) {
    const like = a instanceof Tensor ? a : b;
    if (!(like instanceof Tensor)) throw new TypeError(`${op}: expected at least one tensor`);
    if (typeof a !== "number") checkTensor(op, "a", a);
    if (typeof b !== "number") checkTensor(op, "b", b);
    this.a = typeof a === "number" ? scalarOf(like, a) : a;
    this.b = typeof b === "number" ? scalarOf(like, b) : b;
    this.#made = typeof a === "number" ? this.a : typeof b === "number" ? this.b : null;
    checkSameRuntime(op, this.a, this.b);
    this.shape = broadcastShape(op, this.a.shape, this.b.shape);
  }

  [disposeSymbol](): void {
    this.#made?.dispose();
  }
}

function scalarOf({ runtime }: Tensor, value: number): Tensor {
  const scalar = temporary(runtime, []);
  scalar.elements[0] = value;
  return scalar;
}

export const operands = (op: Arithmetic, a: Operand, b: Operand): Operands =>
  new Operands(op, a, b);

/** The common shape. Throws RangeError if there is none. */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  if (isShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a.at(i - rank) ?? 1, b.at(i - rank) ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new RangeError(`${op}: shapes ${show(a)} and ${show(b)} cannot be broadcast together`);
    }
    return p === 1 ? q : p;
  });
}

interface Axis {
  length: number;
  a: number;
  b: number;
}

/**
 * Axes of `shape`, innermost first, with the strides of both operands (0 where broadcast). Axes that run on are joined.
 */
function axesFor(shape: Shape, a: Shape, b: Shape): Axis[] {
  const axes: Axis[] = [];
  let [sizeA, sizeB] = [1, 1];
  for (let i = 1; i <= shape.length; i++) {
    const length = shape[shape.length - i];
    if (length === 1) continue;
    const [p, q] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    const axis = { length, a: p === 1 ? 0 : sizeA, b: q === 1 ? 0 : sizeB };
    sizeA *= p;
    sizeB *= q;
    const inner = axes.at(-1);
    if (inner && axis.a === inner.a * inner.length && axis.b === inner.b * inner.length) {
      inner.length *= length;
    } else axes.push(axis);
  }
  return axes;
}

/** Writes a ∘ b to `y`; both broadcast to `shape`. */
export function combine(
  op: Arithmetic,
  a: Tensor,
  b: Tensor,
  shape: Shape,
  y = empty(a.runtime, shape),
): Tensor {
  const { runtime } = a;
  if (y.size === 0) return y;
  if (a.size === y.size && b.size === y.size) {
    runtime.run(op, y.size, 1, [y.ptr, a.ptr, b.ptr, NOWHERE]);
    return y;
  }
  const [run = { length: 1, a: 0, b: 0 }, ...outer] = axesFor(shape, a.shape, b.shape);
  const list = [run.length, run.a, run.b, outer.length];
  for (const axis of outer) list.push(axis.length, axis.a, axis.b);
  using plan = temporary(runtime, [list.length], "int32");
  plan.elements.set(list);
  runtime.run(op, y.size, 1, [y.ptr, a.ptr, b.ptr, plan.ptr]);
  return y;
}

/** `dy` summed to the shape of an operand. It is `dy` itself where nothing was broadcast. */
export function sumTo(dy: Tensor, shape: Shape): Tensor {
  if (isShape(dy.shape, shape)) return dy;
  const missing = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((length, i) =>
    i < missing || (shape[i - missing] === 1 && length !== 1) ? [i] : [],
  );
  return reduceSum(dy, axes, shape);
}

/** Like `sumTo`, but frees `product` where it is not the result. */
export function sumAndFree(product: Tensor, shape: Shape): Tensor {
  const sum = sumTo(product, shape);
  if (sum !== product) product.dispose();
  return sum;
}

/** Spreads dy, a sum over `axes` of something of `shape`, over that shape, and divides it by `divisor`. */
export function spread(dy: Tensor, axes: readonly number[], shape: Shape, divisor: number): Tensor {
  using source = hold(dy, keptShape(shape, axes));
  using by = scalarOf(dy, divisor);
  return combine("div", source, by, shape);
}

export const countOver = (shape: Shape, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => shape[axis]));
