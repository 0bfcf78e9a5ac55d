import { curveRule } from "../curve.js";
import { type Rule, transposedRule } from "../rule.js";
import { convRules } from "./conv.js";
import { elementwiseRules } from "./elementwise.js";
import { mixedRules } from "./mixed.js";
import { planeRules } from "./planes.js";
import { poolRules } from "./pool.js";
import { productRules } from "./product.js";
import { reduceRules } from "./reduce.js";
import { setRules } from "./sets.js";
import { shapeRules } from "./shape.js";
import { weightRules } from "./weights.js";

/** By the names that ops give `record`: `rule`, or else `op`. */
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

/** The rule of this name; undefined for an op that is differentiable once. */
export function ruleOf(name: string): Rule | undefined {
  known ??= rules();
  return Object.hasOwn(known, name) ? known[name] : undefined;
}
