import { type Backward, record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { changing, empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkNoGradient, checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { moveRunning } from "./move-running.js";
import { pixelNorm } from "./pixel-norm.js";
import { gradientOf, planeCombine, planeProducts } from "./slice-maps.js";

/** Options of `powerNorm`. */
export interface PowerNormOptions extends LayoutOptions {
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** The running mean of x² [C]; x is divided by its root. It is moved in place when training. */
  runningPhi: Tensor;
  /** The running mean of gradient times output [C], moved in place by the backward pass. */
  emaGz: Tensor;
  /** Whether to move the running numbers and go back by the paper's rule; false by default. */
  training?: boolean;
  /** Whether this is the warm-up, which uses the batch's own mean of x²; false by default. */
  warmUp?: boolean;
  /** Weight of the old value in `runningPhi`; 0.9 by default. */
  alphaForward?: number;
  /** Weight of the old value in `emaGz`; 0.9 by default. */
  alphaBackward?: number;
  /** Added to the mean square; 1e-5 by default. */
  eps?: number;
  /**
   * First divides each position by the root mean square of its group of C / groups channels. null (the default) does
   * not.
   */
  groups?: number | null;
}

const rules: Rules<PowerNormOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  runningPhi: "Tensor",
  emaGz: "Tensor",
  training: "boolean",
  warmUp: "boolean",
  alphaForward: "number",
  alphaBackward: "number",
  eps: "number",
  groups: "number|null",
  layout: layouts,
};

/**
 * Power normalisation of x [N, C, ...]: z = x/√(φ + eps), then z·weight + bias, where φ is a running mean of x² per
 * channel. The backward pass is the paper's approximation, not the gradient:
 * dx = (g − (1 − alphaBackward)·ema·z)/√(mean of x² + eps), ema += mean((g − …)·z), as in the authors' code. `groups`
 * adds the group scaling of that code.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes and for groups that do not divide the channels
 * @source Shen, Yao, Gholami, Mahoney, Keutzer 2020, arXiv 2003.07845
 */
export function powerNorm(x: Tensor, options: PowerNormOptions): Tensor {
  return call("powerNorm", () => {
    checkOptions("powerNorm", options, rules);
    if (options.layout === "nhwc")
      return asNCHW("powerNorm", [x], (x) => powerNorm(x, { ...options, layout: "nchw" }));
    const { weight, bias, runningPhi, emaGz, training = false, warmUp = false } = options;
    const { alphaForward = 0.9, alphaBackward = 0.9, eps = 1e-5, groups = null } = options;
    checkTensor("powerNorm", "input", x);
    if (x.shape.length < 2)
      throw new RangeError(`powerNorm: expected input of shape [N, C, ...], got ${show(x.shape)}`);
    const [batch, channels, ...space] = x.shape;
    checkTensor("powerNorm", "runningPhi", runningPhi);
    checkTensor("powerNorm", "emaGz", emaGz);
    for (const [name, value] of Object.entries({ weight, bias, runningPhi, emaGz }))
      checkShape("powerNorm", name, value, [channels]);
    checkSameRuntime("powerNorm", x, weight, bias, runningPhi, emaGz);
    checkNoGradient("powerNorm", { runningPhi, emaGz });
    for (const [name, value] of Object.entries({ alphaForward, alphaBackward, eps }))
      checkNumber("powerNorm", name, value);
    if (x.size === 0) return ofNothing("powerNorm", x, [x, weight, bias]);

    if (groups !== null) {
      using scaled = groupScaled(x, groups, eps);
      return powerNorm(scaled, { ...options, groups: null });
    }

    const sets = { outer: batch, planes: channels, inner: sizeOf(space) };
    const count = batch * sets.inner;
    const root = (v: number) => Math.sqrt(v + eps);
    const phi = Float64Array.from(runningPhi.elements);
    const square = training && count > 0 ? planeProducts(sets, x, x).map((v) => v / count) : phi;
    const scale = (training && warmUp ? square : phi).map((v) => 1 / root(v));
    if (training) moveRunning(runningPhi, 1 - alphaForward, (c) => square[c]);
    const gamma = weight?.toArray() ?? new Float32Array(channels).fill(1);
    const y = empty(x.runtime, x.shape);
    planeCombine(y, sets, { a: x, p: scale.map((s, c) => s * gamma[c]), r: bias?.toArray() });
    const backward: Backward = (dy, [x, ema], needs) => {
      const sums = planeProducts(sets, dy);
      const products = planeProducts(sets, dy, x).map((v, c) => v * scale[c]); // Σdy·z
      const dx = needs[0] ? empty(x.runtime, x.shape) : null;
      if (dx && !training) planeCombine(dx, sets, { a: dy, p: scale.map((s, c) => s * gamma[c]) });
      if (dx && training && count > 0) {
        const part = ema.toArray().map((v) => (1 - alphaBackward) * v);
        const p = square.map((v, c) => gamma[c] / root(v));
        const q = square.map((v, c) => (-part[c] * scale[c]) / root(v));
        planeCombine(dx, sets, { a: dy, p, b: x, q });
        changing(ema);
        const { elements } = ema;
        products.forEach((v, c) => {
          elements[c] += (gamma[c] * v) / count - part[c] * square[c] * scale[c] ** 2;
        });
        // There is no `written()` here: of two forward passes both may still come back, as in the authors' code.
      }
      return [
        dx,
        ...[products, sums].map((list, i) =>
          gradientOf(x, needs[i + 1], [channels], (c) => list[c]),
        ),
      ];
    };
    return record("powerNorm", y, [x, weight, bias], [x], backward, [emaGz]);
  });
}

/** Groups of channels as samples of their own, with each position divided by its root mean square. */
function groupScaled(x: Tensor, groups: number, eps: number): Tensor {
  const [batch, channels, ...space] = x.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(
      `powerNorm: expected groups to divide the ${channels} channels, got ${groups}`,
    );
  }
  using grouped = x.reshape([batch * groups, channels / groups, ...space]);
  using scaled = pixelNorm(grouped, { eps });
  return scaled.reshape(x.shape);
}
