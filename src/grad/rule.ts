// The three kinds of rules for an op in a pass that is recorded. All consist of recorded operations, so that a gradient
// made by them can be differentiated as often as one likes.
import { type Pass, record } from "../autograd.js";
import { type Shape, type Tensor, tidy } from "../tensor.js";
import { type Step, zerosOf } from "./step.js";
import { endOf, gradientsAt } from "./toward.js";

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
 * The op composed of other ops, which need rules then. `given` is what is known of the inputs; without it, what was
 * saved. An input that is not known arrives as zeros, and so may only be added; an absent one arrives as null.
 */
export interface Composed<H = unknown> {
  given?(step: Step<H>): readonly (Tensor | null | undefined)[];
  // biome-ignore lint/suspicious/noExplicitAny: each op has inputs of its own, some of which may be absent
  op(inputs: any, step: Step<H>): Tensor;
}

// biome-ignore lint/suspicious/noExplicitAny: each rule knows what its op leaves it
export type Rule = Written<any> | LinearRule<any> | Composed<any>;

/** The gradients of the inputs of a node, by recorded operations. `pass` goes back through composed ops. */
export function apply(rule: Rule, step: Step, pass: Pass): (Tensor | null)[] {
  if ("back" in rule) return rule.back(step);
  if ("again" in rule) return [transposed(rule, step)];
  return replayed(rule, step, pass);
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
    tidy(() => of.again(d, { how, saved, shape })),
  ]);
}

/** The rule of the transpose of a linear op. */
export const transposedRule: Written<Transposed> = {
  back: ({ dy, how, saved }) => [how.of.again(dy, { how: how.how, saved, shape: how.shape })],
};

/** Does the op again, composed of others, and goes back through these. */
function replayed({ given, op }: Composed, step: Step, pass: Pass): (Tensor | null)[] {
  const { node, dy } = step;
  const zeros = () => step.each((k) => zerosOf(dy, step.shapeOf(k)));
  if (dy.size === 0) return zeros();
  const known = given ? given(step) : step.saved;
  const inputs = node.edges.map((edge, k) => {
    if (!edge) return known[k] ?? null;
    return step.inputOf(k, known[k] ?? zerosOf(dy, step.shapeOf(k)));
  });
  const output = op(inputs, step);
  if (!output.requiresGrad) return zeros();
  const ends = step.each((k) => inputs[k] as Tensor).map((input) => input && endOf(input));
  return gradientsAt(ends, [[output, dy]], pass, true);
}
