import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { addressOf, empty, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { channelSums, float64, gradientOf } from "./slice-maps.js";

/** Options of `frn`. */
export interface FRNOptions extends LayoutOptions {
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** The threshold [C] of the activation, TLU. Without it the output is not cut off. */
  tau?: Tensor | null;
  /** A number, 1e-6 by default, or learned: a tensor of one element or [C], used as |eps|. */
  eps?: number | Tensor;
}

const rules: Rules<FRNOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  tau: "Tensor|null",
  eps: "Tensor|number",
  layout: layouts,
};

/**
 * Filter response normalisation with its thresholded linear unit of x [N, C, ...]: max(weight·x/√(mean of x² over a
 * plane + |eps|) + bias, tau), with weight, bias and tau [C]. Where both sides of the max are equal the gradient goes
 * to tau.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null, tau [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes
 * @source Singh, Krishnan 2019, arXiv 1911.09737
 */
export function frn(x: Tensor, options: FRNOptions = {}): Tensor {
  return call("frn", () => {
    checkOptions("frn", options, rules);
    if (options.layout === "nhwc")
      return asNCHW("frn", [x], (x) => frn(x, { ...options, layout: "nchw" }));
    const { weight, bias, tau, eps = 1e-6 } = options;
    checkTensor("frn", "input", x);
    if (x.shape.length < 2)
      throw new RangeError(`frn: expected input of shape [N, C, ...], got ${show(x.shape)}`);
    const [batch, channels, ...space] = x.shape;
    for (const [name, value] of Object.entries({ weight, bias, tau }))
      checkShape("frn", name, value, [channels]);
    const learned = typeof eps === "number" ? null : eps;
    if (learned) {
      checkTensor("frn", "eps", learned);
      if (learned.size !== 1) checkShape("frn", "eps", learned, [channels]);
    } else checkNumber("frn", "eps", eps as number);
    checkSameRuntime("frn", x, weight, bias, tau, learned);
    if (x.size === 0) return ofNothing("frn", x, [x, weight, bias, tau, learned]);

    const { runtime } = x;
    const length = sizeOf(space);
    const planes = batch * channels;
    const values = learned ? [...learned.elements] : [eps as number];
    const epsOf = (c: number) => values[values.length === 1 ? 0 : c];
    const y = empty(runtime, x.shape);
    using stats = temporary(runtime, [planes, 3], "float64");
    using least = float64(
      x,
      Array.from({ length: channels }, (_, c) => Math.abs(epsOf(c))),
    );
    const pointers = [
      y.ptr,
      stats.ptr,
      x.ptr,
      addressOf(weight),
      addressOf(bias),
      addressOf(tau),
      least.ptr,
    ] as const;
    runtime.run("frnForward", planes, 3 * length, [...pointers, length, channels]);
    const epsShape = learned?.shape ?? [];
    const inputs = [x, weight, bias, tau, learned] as const;
    const how = { op: "frn", eps: values };
    return record(how, y, inputs, [x, y, stats, weight, tau], (dy, saved, needs) => {
      const [x, y, stats, weight, tau] = saved;
      const dx = empty(runtime, x.shape);
      using sums = temporary(runtime, [planes, 4], "float64");
      const pointers = [
        dx.ptr,
        sums.ptr,
        dy.ptr,
        x.ptr,
        y.ptr,
        stats.ptr,
        addressOf(weight),
        addressOf(tau),
      ] as const;
      runtime.run("frnBackward", planes, 5 * length, [...pointers, length, channels]);
      const [dbias, dweight, dtau, decay] = channelSums(sums, channels, 4);
      const scale = weight?.elements;
      // Where the threshold cuts off all of a channel, its weight does not matter, even if it is NaN.
      const deps = decay.map((v, c) =>
        v === 0 ? 0 : (-(scale?.[c] ?? 1) * Math.sign(epsOf(c)) * v) / 2,
      );
      const total = deps.reduce((sum, v) => sum + v, 0);
      const grads = [dweight, dbias, dtau].map((list, i) =>
        gradientOf(x, needs[i + 1], [channels], (c) => list[c]),
      );
      const ofEps = gradientOf(x, needs[4], epsShape, (c) =>
        values.length === 1 ? total : deps[c],
      );
      if (!needs[0]) dx.dispose();
      return [needs[0] ? dx : null, ...grads, ofEps];
    });
  });
}
