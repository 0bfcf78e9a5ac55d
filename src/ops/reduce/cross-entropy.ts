import { isArray } from "../../dtype.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { isShape, type Shape, show, sizeOf, Tensor } from "../../tensor.js";
import { checkNoGradient, checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { reorder } from "../shape/permute.js";
import { rowLosses } from "./cross-entropy-rows.js";
import { probabilityLosses, type ShareRule, weightedLosses } from "./cross-entropy-shares.js";
import { type Reduction, reductions } from "./loss.js";

const op = "crossEntropy";

/**
 * The number of the class for each place (a number for logits [C]), or a float32 tensor of the logits' shape with a
 * probability for each class.
 */
export type Targets =
  | Tensor<"int32" | "int64" | "float32">
  | Int32Array
  | readonly number[]
  | number;

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** Factors of the classes, [C]; a mean then divides by the factors of the targets. None by default. */
  weight?: Tensor | null;
  /** What becomes of the losses of the places; "mean" by default. */
  reduction?: Reduction;
  /** Places with this target count for nothing, and not for the mean either. Default: −100. */
  ignoreIndex?: number;
  /**
   * How much of the target is spread over all classes: Szegedy et al. 2016, arXiv 1512.00567. From 0, the default, to
   * 1.
   */
  labelSmoothing?: number;
}

const rules: Rules<CrossEntropyOptions> = {
  weight: "Tensor|null",
  reduction: reductions,
  ignoreIndex: "number",
  labelSmoothing: "number",
};

/**
 * −ln softmax(logits)[target] of logits [N, C], averaged over the N rows (NaN for none), summed, or with "none" one for
 * each row, [N]. Logits may be [C] or [N, C, d1, …] as well, with targets of shape [] or [N, d1, …] (or a list of as
 * many). Targets of the logits' own shape in float32 are probabilities p: the loss is −Σ p·ln softmax(logits).
 * @shape logits [C], [N, C] or [N, C, d1, …], targets [], [N], [N, d1, …] or as the logits → [], or with "none" the
 *   shape of the targets without classes
 * @throws RangeError, before anything is computed, for a target outside 0 … C − 1 that is not to be ignored (and names
 *   it), for shapes that do not fit, labelSmoothing outside [0, 1], and ignoreIndex ≥ 0 beside probabilities; TypeError
 *   for a weight that requires a gradient
 * @source torch.nn.functional.cross_entropy
 */
export function crossEntropy(
  logits: Tensor,
  targets: Targets,
  options: CrossEntropyOptions = {},
): Tensor {
  return composed(op, () => {
    const rule = checkRule(options);
    checkTensor(op, "logits", logits);
    const alone = logits.shape.length === 1;
    if (logits.shape.length < 1) {
      throw new RangeError(
        `${op}: expected logits of shape [C], [N, C] or [N, C, …], got ${show(logits.shape)}`,
      );
    }
    const batched = alone ? [1, ...logits.shape] : logits.shape;
    const [batch, classes, ...rest] = batched;
    const places = alone ? [] : [batch, ...rest];
    checkShape(op, "weight", options.weight, [classes]);
    if (options.weight) checkNoGradient(op, { weight: options.weight });
    checkSameRuntime(op, logits, options.weight);

    const asBatch = (t: Tensor) => (alone ? t.reshape(batched) : t);
    let loss: Tensor;
    if (targets instanceof Tensor && targets.dtype === "float32") {
      checkProbabilities(logits, targets as Tensor, options);
      loss = probabilityLosses(asBatch(logits), asBatch(targets as Tensor), rule);
    } else {
      const list = checkTargets(logits, targets, places, classes, rule.ignoreIndex);
      loss = (rule.weight ? weightedLosses : plainLosses)(asBatch(logits), list, rule);
    }
    return alone && rule.reduction === "none" ? loss.reshape([]) : loss;
  });
}

function checkRule(options: CrossEntropyOptions): ShareRule & { ignoreIndex: number } {
  const {
    weight,
    reduction = "mean",
    ignoreIndex = -100,
    labelSmoothing = 0,
  } = checkOptions(op, options, rules);
  if (!Number.isInteger(ignoreIndex))
    throw new RangeError(`${op}: expected ignoreIndex to be an integer, got ${ignoreIndex}`);
  checkNumber(op, "labelSmoothing", labelSmoothing);
  if (labelSmoothing > 1)
    throw new RangeError(`${op}: expected labelSmoothing from 0 to 1, got ${labelSmoothing}`);
  return { weight, reduction, ignoreIndex, labelSmoothing };
}

/** Losses of logits [N, C, …] for one class a place, without weights. */
function plainLosses(logits: Tensor, list: Int32Array, rule: ShareRule): Tensor {
  const [batch, classes, ...rest] = logits.shape;
  if (rest.length === 0) return rowLosses(logits, list, rule);
  const order = [0, ...rest.map((_, i) => i + 2), 1];
  const loss = rowLosses(reorder(op, logits, order).reshape([list.length, classes]), list, rule);
  return rule.reduction === "none" ? loss.reshape([batch, ...rest]) : loss;
}

function checkProbabilities(logits: Tensor, p: Tensor, options: CrossEntropyOptions): void {
  checkTensor(op, "targets", p);
  checkSameRuntime(op, logits, p);
  if (!isShape(p.shape, logits.shape)) {
    throw new RangeError(
      `${op}: expected probabilities of the logits' shape ${show(logits.shape)}, or classes of dtype int32, got ` +
        `float32 targets of shape ${show(p.shape)}`,
    );
  }
  const { ignoreIndex = -1 } = options;
  if (ignoreIndex >= 0)
    throw new RangeError(
      `${op}: ignoreIndex is not supported for probabilities, got ${ignoreIndex}`,
    );
}

/** The targets place by place, −1 where they are to be ignored. */
function checkTargets(
  logits: Tensor,
  targets: Targets,
  shape: Shape,
  classes: number,
  ignoreIndex: number,
): Int32Array {
  const n = sizeOf(shape);
  if (targets instanceof Tensor) {
    // PyTorch's targets are int64
    checkTensor(op, "targets", targets, targets.dtype === "int64" ? "int64" : "int32");
    checkSameRuntime(op, logits, targets);
    if (!isShape(targets.shape, shape)) {
      throw new RangeError(
        `${op}: expected targets of shape ${show(shape)}, got ${show(targets.shape)}`,
      );
    }
  } else if (
    !Array.isArray(targets) &&
    !isArray(targets, "Int32Array") &&
    !(typeof targets === "number" && shape.length === 0)
  ) {
    throw new TypeError(
      `${op}: expected targets to be an int32 or int64 tensor, an Int32Array or an array of numbers`,
    );
  }
  const numbers = typeof targets === "number" ? [targets] : (targets as ArrayLike<number>);
  const list = targets instanceof Tensor ? Array.from(targets.elements, Number) : numbers;
  if (list.length !== n) throw new RangeError(`${op}: expected ${n} targets, got ${list.length}`);
  return Int32Array.from(list, (target, i) => {
    if (target === ignoreIndex) return -1;
    if (Number.isInteger(target) && target >= 0 && target < classes) return target;
    throw new RangeError(
      `${op}: expected targets from 0 to ${classes - 1}, got ${describe(target)} at index ${i}`,
    );
  });
}
