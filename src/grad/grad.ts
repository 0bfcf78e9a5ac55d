import { checkGradient, plainPass, type Start, setRecordedPass } from "../autograd.js";
import { call } from "../call.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { enterScope } from "../scope.js";
import { show, Tensor } from "../tensor.js";
import { owned, recordedPass } from "./recorded-pass.js";
import { endOf, gradientsAt } from "./toward.js";

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
const passOfGraphs = /* @__PURE__ */ setRecordedPass(recordedPass);

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
    const own = checkOptions("grad", options, rules);
    const { createGraph = false, retainGraph = createGraph, allowUnused = false } = own;
    const [roots, wanted] = [listOf("outputs", outputs), listOf("inputs", inputs)];
    const starts = startsOf(roots, own.gradOutputs);
    const pass = createGraph ? passOfGraphs : plainPass;
    const grads = gradientsAt(wanted.map(endOf), starts, pass, retainGraph, (found) => {
      const unused = allowUnused ? -1 : found.indexOf(null);
      if (unused >= 0)
        throw new Error(
          `grad: the outputs do not depend on inputs[${unused}] of shape ${show(wanted[unused].shape)}; ` +
            "{ allowUnused: true } gives null for it",
        );
      return found.map((gradient) => gradient && owned(gradient));
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

/** Each output with its gradient, checked. */
function startsOf(outputs: readonly Tensor[], given: GradOptions["gradOutputs"]): Start[] {
  const list: readonly (Tensor | null)[] = Array.isArray(given)
    ? given
    : given
      ? [given as Tensor]
      : outputs.map(() => null);
  if (list.length !== outputs.length)
    throw new RangeError(
      `grad: expected gradOutputs for ${outputs.length} output(s), got ${list.length}`,
    );
  return outputs.map((output, i): Start => {
    checkGradient("grad", output, list[i]);
    return [output, list[i]];
  });
}
