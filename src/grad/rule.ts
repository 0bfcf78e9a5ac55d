// The three kinds of rules for an op in a pass that is recorded. All consist of recorded operations, so that a gradient
// made by them can be differentiated as often as one likes.
import { goBack, type Node, record } from "../autograd.js";
import type { Shape, Tensor } from "../tensor.js";
import { type Step, view, zerosOf } from "./step.js";

/** The gradients of the inputs, written out. */
export interface Written<H = unknown> {
  back(step: Step<H>): (Tensor | null)[];
}

/** What a linear op is, apart from its input. */
export interface Linear<H = unknown> {
  how: H;
  saved: readonly Tensor[];
  /** The shape of the output. */
  shape: Shape;
}

/** An op that is linear in its only input: its backward pass is the transpose, whose derivative is the op again. */
export interface LinearRule<H = unknown> {
  again(v: Tensor, op: Linear<H>): Tensor;
}

/**
 * The op composed of other ops, which need rules then. `inputs` says as what number each input was saved. An input that
 * was not saved arrives as zeros, and so may only be added; an absent one arrives as null.
 */
export interface Composed<H = unknown> {
  inputs?: readonly number[];
  // biome-ignore lint/suspicious/noExplicitAny: each op has inputs of its own, some of which may be absent
  op(inputs: any, step: Step<H>): Tensor;
}

// biome-ignore lint/suspicious/noExplicitAny: each rule knows what its op leaves it
export type Rule = Written<any> | LinearRule<any> | Composed<any>;

/** The gradients of the inputs of a node, by recorded operations. */
export function apply(rule: Rule, step: Step): (Tensor | null)[] {
  if ("back" in rule) return rule.back(step);
  if ("again" in rule) return [transposed(rule, step)];
  return replayed(rule, step);
}

interface Transposed {
  of: LinearRule;
  how: unknown;
  shape: Shape;
}

function transposed(of: LinearRule, step: Step): Tensor {
  const { node, dy, how } = step;
  const { shape } = node;
  const own = { op: `${node.name} gradient`, rule: "transposed", of, how, shape };
  return record(own, step.ownBackward(dy), [dy], node.saved, (d, saved) => [
    of.again(d, { how, saved, shape }),
  ]);
}

/** The rule of the transpose of a linear op. */
export const transposedRule: Written<Transposed> = {
  back: ({ dy, how, saved }) => [how.of.again(dy, { how: how.how, saved, shape: how.shape })],
};

/** Does the op again, composed of others, and goes back through these. */
function replayed({ inputs, op }: Composed, step: Step): (Tensor | null)[] {
  const { node, dy, needs } = step;
  const given = node.edges.map((edge, k) => {
    const saved = step.saved[inputs ? inputs[k] : k];
    if (!edge) return saved ?? null;
    return saved
      ? view(step.input(k, inputs ? inputs[k] : k))
      : step.inputOf(k, zerosOf(dy, step.shapeOf(k)));
  });
  const output = op(given, step);
  const ends = given.map((input, k) => (needs[k] ? ((input as Tensor).node as Node) : null));
  const wanted = new Set(ends.filter((end) => end !== null));
  let grads: (Tensor | null)[] = [];
  if (!output.requiresGrad) return grads;
  goBack("grad", [{ output, gradient: dy }], { createGraph: true, ends: wanted }, (arrived) => {
    grads = ends.map((end) => (end && arrived.get(end)) ?? null);
    arrived.clear();
  });
  return grads;
}
