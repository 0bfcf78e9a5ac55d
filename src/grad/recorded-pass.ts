import type { RecordedPass } from "../autograd.js";
import { add } from "../ops/elementwise/add.js";
import { sub } from "../ops/elementwise/sub.js";
import { tidy } from "../tensor.js";
import { curveRule } from "./curve.js";
import { apply, type Rule, transposedRule } from "./rule.js";
import { convRules } from "./rules/conv.js";
import { elementwiseRules } from "./rules/elementwise.js";
import { mixedRules } from "./rules/mixed.js";
import { planeRules } from "./rules/planes.js";
import { poolRules } from "./rules/pool.js";
import { productRules } from "./rules/product.js";
import { reduceRules } from "./rules/reduce.js";
import { setRules } from "./rules/sets.js";
import { shapeRules } from "./rules/shape.js";
import { weightRules } from "./rules/weights.js";
import { Step } from "./step.js";

/** The rules of all ops that can be differentiated more than once. */
const rules = (): Record<string, Rule> => ({
  transposed: transposedRule,
  curve: curveRule,
  ...elementwiseRules,
  ...shapeRules,
  ...reduceRules,
  ...productRules,
  ...convRules,
  ...poolRules,
  ...setRules,
  ...planeRules,
  ...weightRules,
  ...mixedRules,
});

let known: Record<string, Rule> | null = null;

/** The rule of a node, or undefined: then the op is differentiable once. */
export function ruleOf(name: string): Rule | undefined {
  known ??= rules();
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

export const recordedPass: RecordedPass = {
  back(node, dy, needs) {
    const rule = ruleOf(node.how?.rule ?? node.name);
    if (!rule) throw new Error(`grad: ${node.name} has no second derivative (createGraph)`);
    return tidy(() => {
      const grads = apply(rule, new Step(node, dy, needs));
      return needs.map((needed, k) => (needed ? (grads[k] ?? null) : null));
    });
  },
  add,
  // x − 0 is x to the last bit, and so is a zero's sign
  copy: (tensor) => sub(tensor, 0),
};
