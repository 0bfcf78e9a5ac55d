import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { addressOf, empty, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { channelSums, gradientOf } from "./slice-maps.js";

/** Options of `evonormS0`. */
export interface EvoNormS0Options extends LayoutOptions {
  /** The slope [C] of the sigmoid; 1 without it. */
  v?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const rules: Rules<EvoNormS0Options> = {
  v: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  layout: layouts,
};

/**
 * EvoNorm-S0 of x [N, C, ...]: x·sigmoid(v·x)/√(variance + eps)·weight + bias, normalisation and activation in one. The
 * variance is the biased one of each sample's groups of C / numGroups neighbouring channels.
 * @shape x [N, C, ...], v [C] or null, weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes and a group count that does not divide C
 * @source Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967
 */
export function evonormS0(x: Tensor, numGroups = 32, options: EvoNormS0Options = {}): Tensor {
  return call("evonormS0", () => {
    checkOptions("evonormS0", options, rules);
    if (options.layout === "nhwc")
      return asNCHW("evonormS0", [x], (x) =>
        evonormS0(x, numGroups, { ...options, layout: "nchw" }),
      );
    const { v, weight, bias, eps = 1e-5 } = options;
    checkTensor("evonormS0", "input", x);
    if (x.shape.length < 2)
      throw new RangeError(`evonormS0: expected input of shape [N, C, ...], got ${show(x.shape)}`);
    const [batch, channels, ...space] = x.shape;
    if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
      throw new RangeError(
        `evonormS0: expected numGroups to divide the channels, got ${describe(numGroups)} and ${channels}`,
      );
    }
    for (const [name, value] of Object.entries({ v, weight, bias }))
      checkShape("evonormS0", name, value, [channels]);
    checkSameRuntime("evonormS0", x, v, weight, bias);
    checkNumber("evonormS0", "eps", eps);
    if (x.size === 0) return ofNothing("evonormS0", x, [x, v, weight, bias]);

    const { runtime } = x;
    const length = sizeOf(space);
    const runs = channels / numGroups;
    const sets = length > 0 ? batch * numGroups : 0;
    const shape = [runs, length, channels] as const;
    const y = empty(runtime, x.shape);
    using stats = temporary(runtime, [sets, 3], "float64");
    const pointers = [
      y.ptr,
      stats.ptr,
      x.ptr,
      addressOf(v),
      addressOf(weight),
      addressOf(bias),
    ] as const;
    runtime.run("evonormS0Forward", sets, 6 * runs * length, [...pointers, ...shape, eps]);
    const inputs = [x, v, weight, bias] as const;
    const how = { op: "evonormS0", numGroups, eps };
    return record(how, y, inputs, [x, stats, v, weight], (dy, saved, needs) => {
      const [x, stats, v, weight] = saved;
      const dx = empty(runtime, x.shape);
      using sums = temporary(runtime, [batch * channels, 3], "float64");
      const pointers = [
        dx.ptr,
        sums.ptr,
        dy.ptr,
        x.ptr,
        stats.ptr,
        addressOf(v),
        addressOf(weight),
      ] as const;
      runtime.run("evonormS0Backward", sets, 8 * runs * length, [...pointers, ...shape]);
      const [dbias, dweight, dv] = channelSums(sums, channels, 3);
      const scale = weight?.toArray();
      const grads = [
        gradientOf(x, needs[1], [channels], (c) => dv[c] * (scale?.[c] ?? 1)),
        gradientOf(x, needs[2], [channels], (c) => dweight[c]),
        gradientOf(x, needs[3], [channels], (c) => dbias[c]),
      ] as const;
      if (!needs[0]) dx.dispose();
      return [needs[0] ? dx : null, ...grads];
    });
  });
}
