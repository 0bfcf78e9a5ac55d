// The norms that have kernels of their own, over planes [N, C, L].
import { add } from "../../ops/elementwise/add.js";
import { div } from "../../ops/elementwise/div.js";
import { exp } from "../../ops/elementwise/exp.js";
import { log } from "../../ops/elementwise/log.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sigmoid } from "../../ops/elementwise/sigmoid.js";
import { sqrt } from "../../ops/elementwise/sqrt.js";
import { sub } from "../../ops/elementwise/sub.js";
import { matmul } from "../../ops/product/matmul.js";
import { mean } from "../../ops/reduce/mean.js";
import { sum } from "../../ops/reduce/sum.js";
import type { Shape, Tensor } from "../../tensor.js";
import type { Composed, Rule } from "../rule.js";
import { constant, constantOf } from "../step.js";
import {
  affine,
  centred,
  choose,
  deviation,
  fromZero,
  type Maybe,
  magnitude,
  meanSquare,
} from "./moments.js";

/** x as [N, C, L]. */
const planesOf = (x: Tensor): Tensor => x.reshape([x.shape[0], x.shape[1], -1]);

/** max(weight·x/√(mean of x² + |eps|) + bias, tau); eps was read as plain numbers. */
const frn: Composed<{ eps: readonly number[] }> = {
  given: (step) => {
    const [x, , , weight, tau] = step.saved;
    const { eps } = step.how;
    const shape = step.node.edges[4] ? step.shapeOf(4) : [eps.length];
    return [x, weight, null, tau, constant(x, shape, eps)];
  },
  op: ([x, weight, bias, tau, eps]: [Tensor, Maybe, Maybe, Maybe, Tensor], { saved }) => {
    const planes = planesOf(x);
    const channels = x.shape[1];
    const added = magnitude(eps.reshape([eps.size, 1]));
    const from = sqrt(add(meanSquare(planes, [2]), added));
    const z = affine(div(planes, from), weight, bias, [channels, 1]);
    if (!tau) return z.reshape(x.shape);
    const [y, least] = [planesOf(saved[1]).elements, tau.elements];
    const length = planes.shape[2];
    const above = constant(
      x,
      planes.shape,
      y.map((v, i) => Number(v > least[Math.floor(i / length) % channels])),
    );
    return choose(above, z, tau.reshape([channels, 1])).reshape(x.shape);
  },
};

/** x·sigmoid(v·x)/√(variance of groups of channels + eps)·weight + bias. */
const evonormS0: Composed<{ numGroups: number; eps: number }> = {
  given: ({ saved: [x, , v, weight] }) => [x, v, weight],
  op: ([x, v, weight, bias]: [Tensor, Maybe, Maybe, Maybe], { how: { numGroups, eps } }) => {
    const planes = planesOf(x);
    const [batch, channels] = planes.shape;
    const sets = x.reshape([batch * numGroups, -1]);
    const std = deviation(centred(sets, [1]), [1], eps);
    const gated = mul(planes, sigmoid(affine(planes, v, null, [channels, 1])));
    const y = div(gated.reshape(sets.shape), std).reshape(planes.shape);
    return affine(y, weight, bias, [channels, 1]).reshape(x.shape);
  },
};

/** x/max(√(batch variance + eps), v·x + √(instance variance + eps))·weight + bias. */
const evonormB0: Composed<{ training: boolean; eps: number }> = {
  given: ({ saved: [x, , v, weight] }) => [x, v, weight],
  op: ([x, v, weight, bias]: [Tensor, Maybe, Maybe, Maybe], { how: { training, eps }, saved }) => {
    const planes = planesOf(x);
    const channels = x.shape[1];
    const ofBatch = training
      ? deviation(centred(planes, [0, 2]), [0, 2], eps)
      : constant(x, [1, channels, 1], saved[1].elements.slice(0, channels));
    const own = deviation(centred(planes, [2]), [2], eps);
    const moving = add(affine(planes, v, null, [channels, 1]), own);
    const larger = constantOf(sub(ofBatch, moving), (off) => Number(off >= 0));
    const y = div(planes, choose(larger, ofBatch, moving));
    return affine(y, weight, bias, [channels, 1]).reshape(x.shape);
  },
};

/** weight·x·g/(mean of g + eps) + bias + x, where g is the 2-norm of a plane. */
const globalResponseNorm: Composed<{ eps: number }> = {
  given: ({ saved: [x, , , weight] }) => [x, weight],
  op: ([x, weight, bias]: [Tensor, Tensor, Maybe], { how }) => {
    const planes = planesOf(x);
    const g = fromZero(sum(mul(planes, planes), 2, true), sqrt);
    const share = div(g, add(mean(g, 1, true), how.eps));
    const y = add(mul(mul(planes, share), weight.reshape([-1, 1])), planes);
    return affine(y, null, bias, [-1, 1]).reshape(x.shape);
  },
};

interface LocalResponseNorm {
  size: number;
  /** Channels before and behind the own one. */
  window: readonly [number, number];
  alpha: number;
  beta: number;
  k: number;
}

/** The sums over neighbouring channels are a product with a matrix of ones beside the diagonal. */
const localResponseNorm: Composed<LocalResponseNorm> = {
  op: ([x]: [Tensor], { how: { size, window, alpha, beta, k } }) => {
    const planes = planesOf(x);
    const c = x.shape[1];
    const band = Float32Array.from({ length: c * c }, (_, i) => {
      const away = (i % c) - Math.floor(i / c);
      return Number(away >= -window[0] && away <= window[1]);
    });
    const sums = matmul(constant(x, [c, c], band), mul(planes, planes));
    const divisor = exp(mul(log(add(mul(sums, alpha / size), k)), beta));
    return div(planes, divisor).reshape(x.shape);
  },
};

interface Corrected {
  eps: number;
  correction: number;
}

/** The planes of x with the mean and the deviation of those of the style. */
const adaIN: Composed<Corrected> = {
  given: ({ saved: [x, , , style] }) => [x, style],
  op: ([x, style]: [Tensor, Tensor], { how: { eps, correction } }) => {
    const [from, to] = [x, style].map((t) => centred(planesOf(t), [2]));
    const unit = div(from, deviation(from, [2], eps, correction));
    const scaled = mul(unit, deviation(to, [2], eps, correction));
    return add(scaled, mean(planesOf(style), 2, true)).reshape(x.shape);
  },
};

interface AdaLIN extends Corrected {
  rho: Float32Array;
  gamma: Float32Array;
  /** Those of ρ and of the weight. */
  shapes: readonly Shape[];
}

/** weight·(ρ·IN(x) + (1 − ρ)·LN(x)) + bias; ρ and weight were read as plain numbers. */
const adaLIN: Composed<AdaLIN> = {
  given: ({ saved: [x], how: { rho, gamma, shapes } }) => [
    x,
    constant(x, shapes[0], rho),
    constant(x, shapes[1], gamma),
  ],
  op: ([x, rho, weight, bias]: [Tensor, Tensor, Tensor, Maybe], { how }) => {
    const planes = planesOf(x);
    const normal = (axes: number[]) => {
      const from = centred(planes, axes);
      return div(from, deviation(from, axes, how.eps, how.correction));
    };
    const share = rho.reshape([-1, 1]);
    const mixed = add(mul(share, normal([2])), mul(sub(1, share), normal([1, 2])));
    return affine(mixed, weight, bias, [...weight.shape, 1]).reshape(x.shape);
  },
};

/** Layer norm with weight and bias [N, D] of each sample. */
const adaLN: Composed<{ eps: number }> = {
  given: ({ saved: [x, , weight] }) => [x, weight],
  op: ([x, weight, bias]: [Tensor, Tensor, Maybe], { how }) => {
    const [batch, cols] = [x.shape[0], x.shape.at(-1) ?? 1];
    const rows = x.reshape([batch, -1, cols]);
    const from = centred(rows, [2]);
    const y = div(from, deviation(from, [2], how.eps));
    return affine(y, weight, bias, [batch, 1, cols]).reshape(x.shape);
  },
};

export const planeRules: Record<string, Rule> = {
  frn,
  evonormS0,
  evonormB0,
  globalResponseNorm,
  localResponseNorm,
  adaIN,
  adaLIN,
  adaLN,
};
