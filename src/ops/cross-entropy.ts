import { record } from "../autograd.js";
import { type AnyTensor, empty, show, Tensor } from "../tensor.js";
import { checkSameRuntime, checkTensor } from "./check.js";
import { sumPartials } from "./reduction.js";

export type Reduction = "mean" | "sum" | "none";
/** Class numbers, one a row. */
export type Targets = Tensor<"int32"> | Int32Array | readonly number[];

export interface CrossEntropyOptions {
  reduction?: Reduction;
}

/**
 * −ln softmax(logits)[target] of logits [N, C], averaged over the N rows (of none: NaN), summed, or [N] with "none".
 * Throws RangeError for a target outside 0 … C − 1, naming it, before anything is computed.
 */
export function crossEntropy(
  logits: Tensor,
  targets: Targets,
  { reduction = "mean" }: CrossEntropyOptions = {},
): Tensor {
  checkTensor("crossEntropy", "logits", logits);
  checkReduction("crossEntropy", reduction);
  if (logits.shape.length !== 2) {
    throw new RangeError(
      `crossEntropy: expected logits of shape [N, C], got ${show(logits.shape)}`,
    );
  }
  const [n, classes] = logits.shape;
  const list = checkTargets(logits, targets, n, classes);

  const { runtime } = logits;
  using labels = empty(runtime, [n], "int32");
  labels.data.set(list);
  using losses = empty(runtime, [n], "float64");
  using stats = empty(runtime, [n, 2], "float64");
  const work = 8 * classes;
  const args = [losses.ptr, stats.ptr, logits.ptr, labels.ptr, classes];
  runtime.run("crossEntropyForward", n, work, args);
  const divisor = reduction === "mean" ? n : 1;
  const perRow = reduction === "none";
  const loss = perRow ? empty(runtime, [n]) : sumPartials(losses, divisor);
  if (perRow) runtime.run("storeSums", n, 2, [loss.ptr, losses.ptr, 1]);

  const saved = [logits, labels as AnyTensor, stats as AnyTensor];
  return record("crossEntropy", loss, [logits], saved, (dy, [x, labels, stats]) => {
    const dx = empty(x.runtime, x.shape);
    const args = [dx.ptr, dy.ptr, stats.ptr, x.ptr, labels.ptr, classes, divisor, perRow ? 1 : 0];
    x.runtime.run("crossEntropyBackward", n, work, args);
    return [dx];
  });
}

/** @internal */
export function checkReduction(op: string, reduction: Reduction): void {
  if (!["mean", "sum", "none"].includes(reduction)) {
    throw new RangeError(
      `${op}: expected reduction "mean", "sum" or "none", got ${JSON.stringify(reduction)}`,
    );
  }
}

function checkTargets(
  logits: Tensor,
  targets: Targets,
  n: number,
  classes: number,
): Int32Array | readonly number[] {
  if (targets instanceof Tensor) {
    checkTensor("crossEntropy", "targets", targets, "int32");
    checkSameRuntime("crossEntropy", logits, targets);
    if (targets.shape.length !== 1) {
      throw new RangeError(
        `crossEntropy: expected targets of shape [${n}], got ${show(targets.shape)}`,
      );
    }
  } else if (!Array.isArray(targets) && !(targets instanceof Int32Array)) {
    throw new TypeError(
      "crossEntropy: expected targets to be an int32 tensor, an Int32Array or an array of numbers",
    );
  }
  const list = targets instanceof Tensor ? targets.data : targets;
  if (list.length !== n) {
    throw new RangeError(`crossEntropy: expected ${n} targets, got ${list.length}`);
  }
  for (let i = 0; i < n; i++) {
    if (Number.isInteger(list[i]) && list[i] >= 0 && list[i] < classes) continue;
    throw new RangeError(
      `crossEntropy: expected targets from 0 to ${classes - 1}, got ${list[i]} at index ${i}`,
    );
  }
  return list;
}
