// Every norm with channels, in the form that the tests of layouts call.
import * as ops from "../../src/ops/index.js";
import type { Shape, Tensor } from "../../src/tensor.js";

export type Layout = ops.LayoutOptions;
export interface Method {
  /** Shapes of the parameters, or of tensors made from a condition. */
  learned: (batch: number, channels: number) => Shape[];
  op: (x: Tensor, learned: Tensor[], moved: Tensor[], layout: Layout) => Tensor;
  /** Shapes of the running statistics. */
  moved?: (channels: number) => Shape[];
  /**
   * The norm includes all channels. With one channel, the output is constant and the gradient is 0 and rounding errors.
   */
  overChannels?: boolean;
}

const affine = (_: number, c: number) => [[c], [c]];
const perSample = (n: number, c: number) => [
  [n, c],
  [n, c],
];
const running = (c: number) => [[c], [c]];
const batchOf = (moved: Tensor[]) => ({ runningMean: moved[0], runningVar: moved[1] });

/** Norms with kernels for both layouts, or composed of such norms. */
export const direct: Record<string, Method> = {
  "batchNorm, training": {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], moved, layout) =>
      ops.batchNorm(x, { weight, bias, ...batchOf(moved), training: true, ...layout }),
  },
  "batchNorm, evaluation": {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], moved, layout) =>
      ops.batchNorm(x, { weight, bias, ...batchOf(moved), ...layout }),
  },
  "instanceNorm, tracking": {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], moved, layout) =>
      ops.instanceNorm(x, { weight, bias, ...batchOf(moved), ...layout }),
  },
  "instanceNorm, evaluation": {
    learned: (_, c) => [[c]],
    moved: running,
    op: (x, [weight], moved, layout) =>
      ops.instanceNorm(x, { weight, ...batchOf(moved), useInputStats: false, ...layout }),
  },
  "groupNorm of all channels": {
    learned: affine,
    op: (x, [weight, bias], _, layout) => ops.groupNorm(x, 1, { weight, bias, ...layout }),
  },
  "groupNorm, a channel each": {
    learned: () => [],
    op: (x, _, __, { layout }) =>
      ops.groupNorm(x, x.shape[layout === "nhwc" ? x.shape.length - 1 : 1], { layout }),
  },
  layerNorm2d: {
    learned: affine,
    overChannels: true,
    op: (x, [weight, bias], _, layout) => ops.layerNorm2d(x, { weight, bias, ...layout }),
  },
  pixelNorm: {
    learned: () => [],
    overChannels: true,
    op: (x, _, __, layout) => ops.pixelNorm(x, layout),
  },
  rmsNorm2d: {
    learned: (_, c) => [[c]],
    overChannels: true,
    op: (x, [weight], _, layout) => ops.rmsNorm2d(x, { weight, ...layout }),
  },
  positionalNorm: {
    learned: () => [],
    overChannels: true,
    op: (x, _, __, layout) => ops.momentShortcut(x, ops.positionalNorm(x, layout)),
  },
  conditionalInstanceNorm: {
    learned: perSample,
    op: (x, [scale, shift], _, layout) => ops.conditionalInstanceNorm(x, scale, shift, layout),
  },
  "conditionalBatchNorm, training": {
    learned: perSample,
    moved: running,
    op: (x, [scale, shift], moved, layout) => {
      const options = { ...batchOf(moved), training: true, ...layout };
      return ops.conditionalBatchNorm(x, scale, shift, options);
    },
  },
  "conditionalBatchNorm, evaluation": {
    learned: perSample,
    moved: running,
    op: (x, [scale, shift], moved, layout) =>
      ops.conditionalBatchNorm(x, scale, shift, { ...batchOf(moved), ...layout }),
  },
  film: {
    learned: perSample,
    op: (x, [scale, shift], _, layout) => ops.film(x, scale, shift, layout),
  },
  ghostBatchNorm: {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], moved, layout) => {
      const options = { weight, bias, ...batchOf(moved), training: true, ...layout };
      return ops.ghostBatchNorm(x, { ...options, virtualBatchSize: 2 });
    },
  },
};

/** Norms that permute the input, or that take the axis in another way. */
export const turned: Record<string, Method> = {
  batchInstanceNorm: {
    learned: (_, c) => [[c], [c], [c]],
    moved: running,
    op: (x, [gate, weight, bias], moved, layout) => {
      const options = { weight, bias, ...batchOf(moved), training: true, ...layout };
      return ops.batchInstanceNorm(x, gate, options);
    },
  },
  batchRenorm: {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], moved, layout) =>
      ops.batchRenorm(x, { weight, bias, ...batchOf(moved), training: true, ...layout }),
  },
  switchableNorm: {
    learned: (_, c) => [[3], [3], [c], [c]],
    moved: running,
    op: (x, [mean, variance, weight, bias], moved, layout) => {
      const options = { weight, bias, ...batchOf(moved), training: true, ...layout };
      return ops.switchableNorm(x, mean, variance, options);
    },
  },
  iterNorm: {
    learned: affine,
    moved: (c) => [[c], [1, c, c]],
    op: (x, [weight, bias], [runningMean, runningWhitening], layout) => {
      const options = { weight, bias, runningMean, runningWhitening, training: true, ...layout };
      return ops.iterNorm(x, options);
    },
  },
  powerNorm: {
    learned: affine,
    moved: running,
    op: (x, [weight, bias], [emaGz, runningPhi], layout) => {
      const options = { weight, bias, runningPhi, emaGz, training: true, ...layout };
      return ops.powerNorm(x, options);
    },
  },
  localResponseNorm: {
    learned: () => [],
    op: (x, _, __, layout) => ops.localResponseNorm(x, 4, { alpha: 1, ...layout }),
  },
  frn: {
    learned: (_, c) => [[c], [c], [c], [1]],
    op: (x, [weight, bias, tau, eps], _, layout) =>
      ops.frn(x, { weight, bias, tau, eps, ...layout }),
  },
  evonormB0: {
    learned: (_, c) => [[c], [c], [c]],
    moved: (c) => [[], [c]],
    op: (x, [v, weight, bias], [, runningVar], layout) =>
      ops.evonormB0(x, { v, weight, bias, runningVar, training: true, ...layout }),
  },
  evonormS0: {
    learned: (_, c) => [[c], [c], [c]],
    op: (x, [v, weight, bias], _, layout) => ops.evonormS0(x, 1, { v, weight, bias, ...layout }),
  },
  adaLIN: {
    learned: (n, c) => [[c], [n, c], [n, c]],
    op: (x, [rho, weight, bias], _, layout) => ops.adaLIN(x, rho, weight, bias, layout),
  },
  layerInstanceNorm: {
    learned: (_, c) => [[c], [c], [c]],
    op: (x, [rho, weight, bias], _, layout) => ops.layerInstanceNorm(x, rho, weight, bias, layout),
  },
  globalResponseNorm: {
    learned: affine,
    op: (x, [weight, bias], _, layout) => ops.globalResponseNorm(x, weight, bias, layout),
  },
  layerScale: {
    learned: (_, c) => [[c]],
    op: (x, [weight], _, layout) => ops.layerScale(x, weight, { layout: "nchw", ...layout }),
  },
  dyt: {
    learned: (_, c) => [[1], [c], [c]],
    op: (x, [alpha, weight, bias], _, layout) =>
      ops.dyt(x, alpha, { weight, bias, layout: "nchw", ...layout }),
  },
  derf: {
    learned: (_, c) => [[1], [c], [c], [1]],
    op: (x, [alpha, weight, bias, shift], _, layout) =>
      ops.derf(x, alpha, { weight, bias, shift, layout: "nchw", ...layout }),
  },
};
