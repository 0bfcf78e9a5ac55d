import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { isArray } from "../../dtype.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { type AnyTensor, empty, type Shape, show, sizeOf, Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { sumPartials } from "../reduction.js";
import { reorder } from "../shape/permute.js";

/** What a loss makes of its terms: their mean, their sum, or the terms themselves. */
export type Reduction = "mean" | "sum" | "none";
/** @internal The rules of options use them. */
export const reductions: readonly Reduction[] = ["mean", "sum", "none"];
/** The number of the class for each row. */
export type Targets = Tensor<"int32" | "int64"> | Int32Array | readonly number[];

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** What becomes of the losses of the rows; "mean" by default. */
  reduction?: Reduction;
  /** Rows with this target count for nothing, and not for the mean either. Default: −100. */
  ignoreIndex?: number;
  /**
   * How much of the target is spread over all classes: Szegedy et al. 2016, arXiv 1512.00567. From 0, the default, to
   * 1.
   */
  labelSmoothing?: number;
}

const rules: Rules<CrossEntropyOptions> = {
  reduction: reductions,
  ignoreIndex: "number",
  labelSmoothing: "number",
};

/**
 * −ln softmax(logits)[target] of logits [N, C], averaged over the N rows (NaN for none), summed, or with "none" one for
 * each row, [N]. Logits may be [N, C, d1, …] as well, with targets of shape [N, d1, …] (or a list of as many).
 * @shape logits [N, C] or [N, C, d1, …], targets [N] or [N, d1, …] → [], or with "none" the shape of the targets
 * @throws RangeError, before anything is computed, for a target outside 0 … C − 1 that is not to be ignored (and names
 *   it), for shapes that do not fit, and labelSmoothing outside [0, 1]
 * @source torch.nn.functional.cross_entropy
 */
export function crossEntropy(
  logits: Tensor,
  targets: Targets,
  options: CrossEntropyOptions = {},
): Tensor {
  return call("crossEntropy", () => {
    const {
      reduction = "mean",
      ignoreIndex = -100,
      labelSmoothing = 0,
    } = checkOptions("crossEntropy", options, rules);
    checkTensor("crossEntropy", "logits", logits);
    if (logits.shape.length < 2) {
      throw new RangeError(
        `crossEntropy: expected logits of shape [N, C] or [N, C, …], got ${show(logits.shape)}`,
      );
    }
    if (!Number.isInteger(ignoreIndex))
      throw new RangeError(
        `crossEntropy: expected ignoreIndex to be an integer, got ${ignoreIndex}`,
      );
    checkNumber("crossEntropy", "labelSmoothing", labelSmoothing);
    if (labelSmoothing > 1) {
      throw new RangeError(
        `crossEntropy: expected labelSmoothing from 0 to 1, got ${labelSmoothing}`,
      );
    }
    const [batch, classes, ...rest] = logits.shape;
    const list = checkTargets(logits, targets, [batch, ...rest], classes, ignoreIndex);
    const rule = { reduction, labelSmoothing };
    if (rest.length === 0) return rowLosses(logits, list, rule);
    const order = [0, ...rest.map((_, i) => i + 2), 1];
    using moved = reorder("crossEntropy", logits, order);
    using rows = moved.reshape([list.length, classes]);
    const loss = rowLosses(rows, list, rule);
    if (reduction !== "none") return loss;
    using flat = loss;
    return flat.reshape([batch, ...rest]);
  });
}

/** Losses of logits [N, C]; negative targets are ignored. */
function rowLosses(
  logits: Tensor,
  targets: Int32Array,
  { reduction, labelSmoothing }: { reduction: Reduction; labelSmoothing: number },
): Tensor {
  const { runtime } = logits;
  const [n, classes] = logits.shape;
  using labels = empty(runtime, [n], "int32");
  labels.elements.set(targets);
  using losses = empty(runtime, [n], "float64");
  using stats = empty(runtime, [n, 2], "float64");
  const work = 8 * classes;
  const args = [losses.ptr, stats.ptr, logits.ptr, labels.ptr, classes, labelSmoothing] as const;
  runtime.run("crossEntropyForward", n, work, args);
  const counted = targets.reduce((count, target) => count + Number(target >= 0), 0);
  const divisor = reduction === "mean" ? counted : 1;
  const perRow = reduction === "none";
  const loss = perRow ? empty(runtime, [n]) : sumPartials(losses, divisor);
  if (perRow) runtime.run("storeSums", n, 2, [loss.ptr, losses.ptr, 1]);

  const saved = [logits, labels as AnyTensor, stats as AnyTensor];
  const how = { op: "crossEntropy", divisor, labelSmoothing };
  return record(how, loss, [logits], saved, (dy, [x, labels, stats]) => {
    const dx = empty(x.runtime, x.shape);
    const pointers = [dx.ptr, dy.ptr, stats.ptr, x.ptr, labels.ptr] as const;
    const args = [...pointers, classes, divisor, perRow ? 1 : 0, labelSmoothing] as const;
    x.runtime.run("crossEntropyBackward", n, work, args);
    return [dx];
  });
}

/** The targets row by row, −1 where they are to be ignored. */
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
    checkTensor("crossEntropy", "targets", targets, targets.dtype === "int64" ? "int64" : "int32");
    checkSameRuntime("crossEntropy", logits, targets);
    if (show(targets.shape) !== show(shape)) {
      throw new RangeError(
        `crossEntropy: expected targets of shape ${show(shape)}, got ${show(targets.shape)}`,
      );
    }
  } else if (!Array.isArray(targets) && !isArray(targets, "Int32Array")) {
    throw new TypeError(
      "crossEntropy: expected targets to be an int32 or int64 tensor, an Int32Array or an array of numbers",
    );
  }
  const list = targets instanceof Tensor ? Array.from(targets.elements, Number) : targets;
  if (list.length !== n) {
    throw new RangeError(`crossEntropy: expected ${n} targets, got ${list.length}`);
  }
  return Int32Array.from(list, (target, i) => {
    if (target === ignoreIndex) return -1;
    if (Number.isInteger(target) && target >= 0 && target < classes) return target;
    throw new RangeError(
      `crossEntropy: expected targets from 0 to ${classes - 1}, got ${describe(target)} at index ${i}`,
    );
  });
}
