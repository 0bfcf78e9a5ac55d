import { record } from "../../autograd.js";
import { type AnyTensor, empty, type Tensor, temporary } from "../../tensor.js";
import { sumPartials } from "../reduction.js";
import type { Reduction } from "./loss.js";

/** Losses of logits [N, C]; negative targets are ignored. */
export function rowLosses(
  logits: Tensor,
  targets: Int32Array,
  { reduction, labelSmoothing }: { reduction: Reduction; labelSmoothing: number },
): Tensor {
  const { runtime } = logits;
  const [n, classes] = logits.shape;
  using labels = temporary(runtime, [n], "int32");
  labels.elements.set(targets);
  using losses = temporary(runtime, [n], "float64");
  using stats = temporary(runtime, [n, 2], "float64");
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
