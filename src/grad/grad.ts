import { checkGradient, type End, goBack, type Node, owned, setRecordedPass } from "../autograd.js";
import { call } from "../call.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { enterScope } from "../scope.js";
import { show, Tensor } from "../tensor.js";
import { recordedPass } from "./recorded-pass.js";

/** One tensor, or several. */
type Tensors = Tensor | readonly Tensor[];

/** Options of `grad`. */
export interface GradOptions {
  /** The gradients of the outputs. One may be left out (null) for an output of a single element, where it is 1. */
  gradOutputs?: Tensor | null | readonly (Tensor | null)[];
  /** Whether the result is part of the graph itself, so that it can be differentiated; false by default. */
  createGraph?: boolean;
  /** Whether the graph can be used again; the value of `createGraph` by default. Without it the graph is freed. */
  retainGraph?: boolean;
  /** Whether inputs that the outputs do not depend on give null; by default they are an error. */
  allowUnused?: boolean;
}

const rules: Rules<GradOptions> = {
  gradOutputs: "Array|null",
  createGraph: "boolean",
  retainGraph: "boolean",
  allowUnused: "boolean",
};

/** The pure mark lets a bundler drop this line, and all rules, from a program without `grad`. */
const registered = /* @__PURE__ */ setRecordedPass(recordedPass);

/**
 * The gradients of Σ outputs·gradOutputs for `inputs`, which may be leaves or results of operations, in the order of
 * the inputs. No `.grad` changes. With `createGraph` the gradients can be differentiated again: for gradient penalties,
 * products with the Hessian, steps through an optimisation.
 * @shape outputs [...] and gradOutputs of the same shapes; inputs [...] → a list of gradients of the inputs' shapes
 * @throws RangeError for a gradOutputs of another shape, and for none where an output has more than one element; Error
 *   for a tensor that requires no gradient, an input that the outputs do not depend on, a graph that was freed, and
 *   with `createGraph` for an op that has no second derivative
 * @source torch.autograd.grad
 */
export function grad(
  outputs: Tensors,
  inputs: Tensors,
  options: GradOptions = {},
): (Tensor | null)[] {
  return call("grad", () => {
    const { gradOutputs, allowUnused = false, ...own } = checkOptions("grad", options, rules);
    const [roots, wanted] = [listOf("outputs", outputs), listOf("inputs", inputs)];
    const gradients = gradientsOf(roots, gradOutputs);
    const starts = roots.map((output, i) => ({ output, gradient: gradients[i] ?? undefined }));
    const ends = wanted.map((input): End => (input.node as Node | null) ?? input);
    let grads: (Tensor | null)[] = [];
    const pass = { ...own, ends: registered && new Set(ends) };
    goBack("grad", starts, pass, (arrived) => {
      grads = ends.map((end, i) => {
        const gradient = arrived.get(end);
        if (!gradient && !allowUnused)
          throw new Error(
            `grad: the outputs do not depend on inputs[${i}] of shape ${show(wanted[i].shape)}; ` +
              "{ allowUnused: true } gives null for it",
          );
        if (!gradient) return null;
        // The same input may stand in the list twice.
        const again = ends.indexOf(end, i + 1) > 0;
        if (!again) arrived.delete(end);
        return owned(again ? gradient.reshape(gradient.shape) : gradient);
      });
    });
    for (const gradient of grads) if (gradient) enterScope(gradient);
    return grads;
  });
}

/** One tensor or a list of tensors that require gradients, as a list. */
function listOf(name: string, tensors: Tensors): readonly Tensor[] {
  const list: readonly Tensor[] = Array.isArray(tensors) ? tensors : [tensors as Tensor];
  if (list.length === 0) throw new RangeError(`grad: expected at least one tensor in ${name}`);
  for (const [i, tensor] of list.entries()) {
    const which = Array.isArray(tensors) ? `${name}[${i}]` : name;
    if (!(tensor instanceof Tensor))
      throw new TypeError(`grad: expected ${which} to be a tensor, got ${describe(tensor)}`);
    tensor.ptr; // throws if the tensor was disposed
    if (!tensor.requiresGrad)
      throw new Error(
        `grad: ${which} of shape ${show(tensor.shape)} does not require gradients and came out of no operation ` +
          "that does",
      );
  }
  return list;
}

/** The gradient of each output, checked. */
function gradientsOf(
  outputs: readonly Tensor[],
  given: GradOptions["gradOutputs"],
): readonly (Tensor | null)[] {
  const list = (
    Array.isArray(given) ? given : given ? [given] : outputs.map(() => null)
  ) as (Tensor | null)[];
  if (list.length !== outputs.length)
    throw new RangeError(
      `grad: expected gradOutputs for ${outputs.length} output(s), got ${list.length}`,
    );
  outputs.forEach((output, i) => {
    checkGradient("grad", output, list[i]);
  });
  return list;
}
