// Norms that have statistics as outputs or are mixed of others, and what stands in the place of a norm.
import { noGrad } from "../../autograd.js";
import { add } from "../../ops/elementwise/add.js";
import { div } from "../../ops/elementwise/div.js";
import { exp } from "../../ops/elementwise/exp.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sqrt } from "../../ops/elementwise/sqrt.js";
import { sub } from "../../ops/elementwise/sub.js";
import { tanh } from "../../ops/elementwise/tanh.js";
import { derf } from "../../ops/norm/derf.js";
import type { Moments } from "../../ops/norm/plane-moments.js";
import { mean } from "../../ops/reduce/mean.js";
import { softmax } from "../../ops/reduce/softmax.js";
import { slice } from "../../ops/shape/slice.js";
import { ones, type Tensor } from "../../tensor.js";
import { curve } from "../curve.js";
import type { Composed, Linear, Rule } from "../rule.js";
import { constant, type Step } from "../step.js";
import { affine, centred, type Maybe, meanSquare } from "./moments.js";

/** erf by its kernel; its derivative is 2/√π·e^(−x²). */
function erf(x: Tensor): Tensor {
  const value = noGrad(() => derf(x, ones([1], { runtime: x.runtime })));
  return curve(value, x, (x) => mul(exp(mul(mul(x, x), -1)), 2 / Math.sqrt(Math.PI)));
}

interface Saturation {
  alpha: number;
  shift: number;
  /** Whether the features are the last axis. */
  last: boolean;
}

/** Alpha and shift were read as plain numbers. */
function givenOfSaturation(step: Step<Saturation>): Maybe[] {
  const { saved, node, how } = step;
  const [x, weight] = saved;
  const scalar = (k: number, value: number) =>
    constant(x, node.edges[k] ? step.shapeOf(k) : [1], [value]);
  return [x, weight, null, scalar(3, how.alpha), scalar(4, how.shift)];
}

/** f(alpha·x + shift)·weight + bias. */
function saturated(
  f: (x: Tensor) => Tensor,
  [x, weight, bias, alpha, shift]: [Tensor, Maybe, Maybe, Tensor, Tensor],
  { how }: Step<Saturation>,
): Tensor {
  const features = how.last ? x.shape.slice(-1) : [x.shape[1], 1];
  const planes = how.last ? x : x.reshape([x.shape[0], x.shape[1], -1]);
  const [a, b] = [alpha, shift].map((t) => t.reshape([1]));
  return affine(f(add(mul(planes, a), b)), weight, bias, features).reshape(x.shape);
}

const dyt: Composed<Saturation> = {
  given: givenOfSaturation,
  op: (inputs, step) => saturated(tanh, inputs, step),
};

const derfRule: Composed<Saturation> = {
  given: givenOfSaturation,
  op: (inputs, step) => saturated(erf, inputs, step),
};

interface SwitchableNorm {
  /** The softmax of the two lists of weights. */
  shares: readonly (readonly number[])[];
  gamma: Float32Array | undefined;
  eps: number;
  /** The running statistics, where they stand for the batch's. */
  ofBatch: Moments | null;
}

/** Mean and variance are mixes of those of instance, layer and batch norm. The weights were read as plain numbers. */
const switchableNorm: Composed<SwitchableNorm> = {
  given: ({ saved: [x], how: { shares, gamma } }) => [
    x,
    // The softmax of these is that of the weights.
    ...shares.map((list) => constant(x, [3], list.map(Math.log))),
    gamma && constant(x, [gamma.length], gamma),
  ],
  op: (
    [x, meanWeight, varWeight, weight, bias]: [Tensor, Tensor, Tensor, Maybe, Maybe],
    { how: { eps, ofBatch } },
  ) => {
    const [batch, channels] = x.shape;
    const planes = x.reshape([batch, channels, -1]);
    const length = planes.shape[2];
    const own = mean(planes, 2, true);
    const unbiased = length / Math.max(length - 1, 1);
    const ownVariance = mul(meanSquare(centred(planes, [2]), [2]), unbiased);
    const over = (axis: number): [Tensor, Tensor] => {
      const middle = mean(own, axis, true);
      const off = sub(own, middle);
      return [middle, mean(add(ownVariance, mul(off, off)), axis, true)];
    };
    const running = ofBatch && [ofBatch.mean, ofBatch.variance];
    const [layer, all] = [
      over(1),
      running ? running.map((list) => constant(x, [1, channels, 1], list)) : over(0),
    ];
    const mix = (weights: Tensor, instance: Tensor, k: number) => {
      const shares = softmax(weights);
      const share = (i: number) => slice(shares, 0, i, i + 1);
      // What all three agree on stays as it is.
      const fromLayer = mul(share(1), sub(layer[k], instance));
      return add(add(instance, fromLayer), mul(share(2), sub(all[k], instance)));
    };
    const from = sub(planes, mix(meanWeight, own, 0));
    const y = div(from, sqrt(add(mix(varWeight, ownVariance, 1), eps)));
    return affine(y, weight, bias, [channels, 1]).reshape(x.shape);
  },
};

interface Deviation {
  axis: number;
  correction: number;
}

export const mixedRules: Record<string, Rule> = {
  dytForward: dyt,
  derfForward: derfRule,
  switchableNorm,
  /** The statistics are constants. */
  revIN: { again: (v: Tensor, { saved: [std] }: Linear) => div(v, std) },
  /** √(variance + eps), which saved the norm and itself: their product is x less its mean. */
  std: {
    given: ({ saved: [y, std] }: Step) => [noGrad(() => mul(y, std))],
    op: ([x]: [Tensor], { how: { axis, correction }, saved: [, std] }: Step<Deviation>) => {
      const n = x.shape[axis];
      const variance = mul(meanSquare(centred(x, [axis]), [axis]), n / (n - correction));
      // What is left of the square is eps.
      const square = noGrad(() => mul(std, std));
      const eps = noGrad(() => sub(square, variance.detach()));
      return sqrt(add(variance, eps));
    },
  } as Composed<Deviation>,
  modulate: {
    op: ([x, scale, shift]: [Tensor, Tensor, Tensor]) => add(mul(x, add(scale, 1)), shift),
  },
};
