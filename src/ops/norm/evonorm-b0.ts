import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { behind } from "../../runtime/address.js";
import { addressOf, empty, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { checkNoGradient, checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { moveRunning } from "./move-running.js";
import { overBatch, planeMoments } from "./plane-moments.js";
import { channelSums, float64, gradientOf, planeCombine } from "./slice-maps.js";

/** Options of `evonormB0`. */
export interface EvoNormB0Options extends LayoutOptions {
  /** The slope [C] of the part that follows the input; 1 without it. */
  v?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** The running variance [C]: used when not training, moved in place (unbiased variance) when training. */
  runningVar?: Tensor | null;
  /** Whether to normalise by the statistics of this batch and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to both variances; 1e-3 by default. */
  eps?: number;
}

const rules: Rules<EvoNormB0Options> = {
  v: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  runningVar: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  layout: layouts,
};

/**
 * EvoNorm-B0 of x [N, C, ...]: x / max(√(batch variance + eps), v·x + √(instance variance + eps))·weight + bias. The
 * batch's variance is over all but the channels; when not training it is the running one. The instance's variance is
 * over a plane. Both are biased. eps = 1e-3 is that of timm.
 * @shape x [N, C, ...], v [C] or null, weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes and when training with one value per channel; TypeError without a running variance
 *   when not training
 * @source Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967
 */
export function evonormB0(x: Tensor, options: EvoNormB0Options = {}): Tensor {
  return call("evonormB0", () => {
    checkOptions("evonormB0", options, rules);
    if (options.layout === "nhwc")
      return asNCHW("evonormB0", [x], (x) => evonormB0(x, { ...options, layout: "nchw" }));
    const { v, weight, bias, runningVar, training = false, momentum = 0.1, eps = 1e-3 } = options;
    checkTensor("evonormB0", "input", x);
    if (x.shape.length < 2)
      throw new RangeError(`evonormB0: expected input of shape [N, C, ...], got ${show(x.shape)}`);
    const [batch, channels, ...space] = x.shape;
    for (const [name, value] of Object.entries({ v, weight, bias, runningVar }))
      checkShape("evonormB0", name, value, [channels]);
    checkSameRuntime("evonormB0", x, v, weight, bias, runningVar);
    checkNoGradient("evonormB0", { runningVar });
    checkNumber("evonormB0", "momentum", momentum);
    checkNumber("evonormB0", "eps", eps);
    if (!training && !runningVar)
      throw new TypeError("evonormB0: expected runningVar to be defined in evaluation mode");
    const length = sizeOf(space);
    const count = batch * length;
    if (training && count === 1) {
      throw new RangeError(
        `evonormB0: Expected more than 1 value per channel when training, got input size ${show(x.shape)}`,
      );
    }

    const { runtime } = x;
    const planes = length > 0 ? batch * channels : 0;
    const own = planeMoments(x, planes, length);
    const all = overBatch(own, channels);
    const root = (variance: number) => Math.sqrt(variance + eps);
    const batchStd = training
      ? all.variance.map(root)
      : Float64Array.from(runningVar?.elements ?? [], root);
    const std = own.variance.map(root);
    if (training && runningVar && count > 0) {
      moveRunning(runningVar, momentum, (c) => (all.variance[c] * count) / (count - 1));
    }
    const y = empty(runtime, x.shape);
    using deviations = float64(x, [...batchStd, ...std]);
    const roots = (at: Tensor<"float64">) =>
      [at.ptr, behind(at.ptr, 8 * channels), length, channels] as const;
    const pointers = [y.ptr, x.ptr, addressOf(v), addressOf(weight), addressOf(bias)] as const;
    runtime.run("evonormB0Forward", planes, 4 * length, [...pointers, ...roots(deviations)]);
    const inputs = [x, v, weight, bias] as const;
    const how = { op: "evonormB0", training, eps };
    return record(how, y, inputs, [x, deviations, v, weight], (dy, saved, needs) => {
      const [x, deviations, v, weight] = saved as unknown as [
        Tensor,
        Tensor<"float64">,
        Tensor,
        Tensor,
      ];
      const dx = empty(runtime, x.shape);
      using sums = temporary(runtime, [planes, 5], "float64");
      const pointers = [dx.ptr, sums.ptr, dy.ptr, x.ptr, addressOf(v), addressOf(weight)] as const;
      runtime.run("evonormB0Backward", planes, 6 * length, [...pointers, ...roots(deviations)]);
      const [dbias, dweight, toBatch, , toSlope] = channelSums(sums, channels, 5);
      if (needs[0]) {
        const values = sums.elements;
        // A deviation sends (x − mean)/(deviation·count) times what it gets, and nothing where all x are the mean.
        const share = (got: number, variance: number, size: number) =>
          got === 0 || variance === 0 ? 0 : -got / size;
        const ofBatch = toBatch.map((t, c) =>
          training ? share(t, all.variance[c], batchStd[c] * count) : 0,
        );
        const ofOwn = std.map((s, p) => share(values[5 * p + 3], own.variance[p], s * length));
        const q = ofOwn.map((k, p) => k + ofBatch[p % channels]);
        const r = ofOwn.map((k, p) => {
          const c = p % channels;
          return -k * own.mean[p] - (training ? ofBatch[c] * all.mean[c] : 0);
        });
        const rows = { outer: 1, planes, inner: length };
        planeCombine(dx, rows, { a: dx, p: std.map(() => 1), b: x, q, r });
      } else dx.dispose();
      const grads = [toSlope.map((t) => -t), dweight, dbias].map((list, i) =>
        gradientOf(x, needs[i + 1], [channels], (c) => list[c]),
      );
      return [needs[0] ? dx : null, ...grads];
    });
  });
}
