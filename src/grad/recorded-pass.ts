// The pass of `createGraph`: each gradient is made by recorded operations.
import { exclusive, type Pass } from "../autograd.js";
import { onRefusal, onSuccess } from "../call.js";
import { add } from "../ops/elementwise/add.js";
import { sub } from "../ops/elementwise/sub.js";
import { type Tensor, tidy } from "../tensor.js";
import { apply } from "./rule.js";
import { ruleOf } from "./rules/index.js";
import { Step } from "./step.js";

/** The gradient in memory of its own, at the same place of the graph. Consumes `gradient`. */
export function owned(gradient: Tensor): Tensor {
  if (!gradient.requiresGrad) return exclusive(gradient);
  if (gradient.exclusive) return gradient;
  using shared = gradient;
  return sub(shared, 0); // which keeps every bit, the sign of a zero too
}

export const recordedPass: Pass = {
  recorded: true,
  ways: null,
  through(node, dy, needs) {
    const rule = ruleOf(node.how?.rule ?? node.name);
    if (!rule) throw new Error(`grad: ${node.name} has no second derivative (createGraph)`);
    return tidy(() => {
      const grads = apply(rule, new Step(node, dy, needs), recordedPass);
      return needs.map((needed, k) => (needed ? (grads[k] ?? null) : null));
    });
  },
  hold: (gradient) => gradient.reshape(gradient.shape),
  add(sum, more) {
    using a = sum;
    using b = more;
    return add(a, b);
  },
  accumulate(leaf, gradient) {
    const before = leaf.grad;
    onRefusal(() => {
      leaf.grad = before;
    });
    leaf.grad = before ? recordedPass.add(before.reshape(before.shape), gradient) : owned(gradient);
    onSuccess(() => before?.dispose());
  },
};
