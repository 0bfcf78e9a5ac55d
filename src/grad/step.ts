// A node on the way back of a pass that is recorded: what it saved, as tensors of the graph.
import { type Edge, type Node, noGrad, record } from "../autograd.js";
import { sum } from "../ops/reduce/sum.js";
import { alias, full, isShape, ones, type Shape, type Tensor, tensor } from "../tensor.js";

/** What a rule sees of a node. */
export class Step<H = unknown> {
  readonly node: Node;
  /** The gradient of the output, a tensor of the graph. */
  readonly dy: Tensor;
  readonly needs: readonly boolean[];

  constructor(node: Node, dy: Tensor, needs: readonly boolean[]) {
    this.node = node;
    this.dy = dy;
    this.needs = needs;
  }

  get how(): H {
    return this.node.how as H;
  }

  /** What the op saved, as constants. */
  get saved(): readonly Tensor[] {
    return this.node.saved;
  }

  /** The gradients that are needed, by the number of the input. */
  each(gradient: (k: number) => Tensor): (Tensor | null)[] {
    return this.needs.map((needed, k) => (needed ? gradient(k) : null));
  }

  /** The shape of input k, which requires a gradient. */
  shapeOf(k: number): Shape {
    const edge = this.node.edges[k];
    if (!edge) throw new Error(`internal: ${this.node.name} has no edge ${k}`);
    return "node" in edge ? edge.node.shape : edge.leaf.shape;
  }

  /** Input k, which was saved as number `at`. */
  input(k: number, at = k): Tensor {
    const value = this.saved[at];
    if (!value) throw new Error(`internal: ${this.node.name} did not save input ${k}`);
    return connected(this.node.edges[k], value);
  }

  /** The output, which was saved as number `at`. */
  output(at = 0): Tensor {
    return connected({ node: this.node }, this.saved[at]);
  }

  /** `value` in the place of input k, as a node of its own. */
  inputOf(k: number, value: Tensor): Tensor {
    const from = connected(this.node.edges[k], value);
    return record("reshape", alias(value), [from], [], (dy) => [alias(dy)]);
  }

  /** The gradient of the first input by the op's own backward pass, as a constant. */
  ownBackward(dy: Tensor): Tensor {
    const { node } = this;
    const needs = node.edges.map((_, k) => k === 0);
    const [dx] = noGrad(() => node.backward(dy, node.saved, needs));
    return dx === dy ? alias(dy) : (dx as Tensor);
  }

  /** The factor of each element in an op that multiplies elements by constants. */
  factors(): Tensor {
    return this.ownBackward(ones(this.dy.shape, { runtime: this.dy.runtime }));
  }
}

/** `value` at the end of an edge. The value of a leaf is the leaf itself. */
function connected(edge: Edge, value: Tensor): Tensor {
  if (!edge) return value;
  // Nobody can ask for the gradient of a leaf that was disposed.
  if ("leaf" in edge) return edge.leaf.disposed ? value : edge.leaf;
  const out = alias(value);
  out.attach(edge.node.retain());
  return out;
}

/** A tensor without a gradient. */
export function constant(like: Tensor, shape: Shape, values: ArrayLike<number>): Tensor {
  return tensor(Float32Array.from(values), shape, { runtime: like.runtime });
}

/** f of each element of x and its index, as a constant. */
export const constantOf = (x: Tensor, f: (value: number, i: number) => number): Tensor =>
  constant(x, x.shape, x.elements.map(f));

export const zerosOf = (like: Tensor, shape: Shape): Tensor =>
  full(shape, 0, { runtime: like.runtime });

/** t summed to the shape of an operand that was broadcast. */
export function reduceTo(t: Tensor, shape: Shape): Tensor {
  if (isShape(t.shape, shape)) return t;
  const missing = t.shape.length - shape.length;
  const axes = t.shape.flatMap((length, i) =>
    i < missing || (shape[i - missing] === 1 && length !== 1) ? [i] : [],
  );
  return sum(t, axes).reshape(shape);
}
