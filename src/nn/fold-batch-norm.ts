import { noGrad } from "../autograd.js";
import { call } from "../call.js";
import { areOfOneRuntime } from "../ops/check.js";
import { defaultGenerator } from "../random.js";
import { sizeOf, type Tensor, tidy } from "../tensor.js";
import {
  affineOf,
  type FoldableNorm,
  type SettledNorm,
  scalesAlong,
  tensorsOf,
} from "./batch-affine.js";
import { Conv2d } from "./conv.js";
import { ConvTranspose2d } from "./conv-transpose.js";
import { forwardActivated, isPlainly } from "./joined.js";
import { Linear } from "./linear.js";
import type { Module } from "./module.js";
import { hasMovingWeight } from "./parametrizations/parametrize.js";
import { Sequential } from "./sequential.js";

type Foldable = Conv2d | ConvTranspose2d | Linear;

/**
 * A new layer that does what `layer` and then `norm`, in evaluation, do: w' = w·γ/√(v + eps), b' = β + (b − mean)·γ/√(v + eps).
 * Only right when nothing stands between the two. Of a linear layer, on input of ranks where the norm's channels are not the
 * features (rank 3 of BatchNorm1d), it runs both, which it keeps. Throws TypeError when the two are not such a pair, the norm is
 * in training or it has no running statistics; RangeError for another number of channels, a weight that moves at each use, and
 * products beyond float32.
 *
 * Of a Sequential: a new one in which each such pair of neighbours is one layer, at any depth; what would throw stays apart, and
 * the other layers are shared.
 */
export function foldBatchNorm(layers: Sequential): Sequential;
export function foldBatchNorm<L extends Foldable>(layer: L, norm: FoldableNorm): L;
export function foldBatchNorm(layer: Foldable | Sequential, norm?: FoldableNorm): Module {
  return call("foldBatchNorm", () => {
    if (layer instanceof Sequential) return foldPairs(layer);
    if (!norm) throw new TypeError("foldBatchNorm: expected a batch norm, or a Sequential alone");
    const folded = foldPair(layer, norm);
    if (folded instanceof Error) throw folded;
    return folded;
  });
}

/** A Sequential whose forward is somebody else's stays as it is. */
function foldPairs(sequential: Sequential): Sequential {
  if (!isPlainly(sequential, Sequential)) return sequential;
  const { layers, training } = sequential;
  const folded: Module[] = [];
  for (let i = 0; i < layers.length; i++) {
    const [layer, next] = [layers[i], layers[i + 1]];
    const pair = next ? foldPair(layer, next) : null;
    if (pair && !(pair instanceof Error)) {
      folded.push(pair);
      i++;
    } else folded.push(layer instanceof Sequential ? foldPairs(layer) : layer);
  }
  return Object.assign(new Sequential(...folded), { training });
}

/** The two as one, or why they cannot be. */
function foldPair(layer: Module, norm: Module): Foldable | Error {
  if (!isPlainly<Foldable>(layer, Conv2d, ConvTranspose2d, Linear))
    return new TypeError("foldBatchNorm: expected a Conv2d, ConvTranspose2d or Linear layer");
  if ([layer, norm].some(hasMovingWeight))
    return new RangeError("foldBatchNorm: expected layers in evaluation, for a weight moves");
  let folded: Foldable | Error | null = null;
  const fold = () => {
    const weight = layer instanceof Conv2d ? layer.filters() : layer.weight;
    folded = foldWeight(layer, weight, norm as FoldableNorm);
  };
  noGrad(() => tidy(fold)); // frees a weight that was made; parameters are kept
  return folded ?? new Error("internal: nothing folded");
}

function foldWeight(layer: Foldable, weight: Tensor, norm: FoldableNorm): Foldable | Error {
  const { out, outputOf } = outputsOf(layer, weight);
  if (!norm.runningMean)
    return new TypeError("foldBatchNorm: expected a norm with running statistics");
  if (norm.runningMean.size !== out) {
    return new RangeError(
      `foldBatchNorm: expected a norm of ${out} channels, got ${norm.runningMean.size}`,
    );
  }
  const ranks = [2, 3, 4, 5].filter((rank) => joins(layer, norm, rank));
  if (!joins(layer, norm, ranks[0])) {
    const [front, behind] = [layer, norm].map((module) => module.constructor.name);
    const mode = norm.training ? "training" : "evaluation";
    return new TypeError(
      `foldBatchNorm: expected a batch norm, in evaluation, of the channels of a ${front}, got ${behind} in ${mode}`,
    );
  }
  if (!areOfOneRuntime(weight, ...tensorsOf(norm)))
    return new RangeError("foldBatchNorm: expected layer and norm of one runtime");
  const { scale, shift } = affineOf(norm, layer.bias);
  const products = weight.elements.map((value, i) => value * scale[outputOf(i)]);
  const sums = Float32Array.from(shift);
  if (![products, sums].every((values) => values.every(Number.isFinite)))
    return new RangeError("foldBatchNorm: expected products of weight and scale within float32");
  const folded = like(layer, weight);
  folded.training = layer.training;
  folded.weight.elements.set(products);
  folded.bias?.elements.set(sums);
  return folded instanceof Linear ? byRank(folded, ranks, layer, norm) : folded;
}

/** Whether the norm scales the outputs of the layer where these have this rank. */
const joins = (layer: Foldable, norm: Module, rank: number): norm is SettledNorm =>
  layer instanceof Linear
    ? scalesAlong(norm, rank, rank - 1)
    : rank === 4 && scalesAlong(norm, rank, 1);

/** Gives the folded layer a forward that on input of other ranks runs the two, with what these do there or refuse. */
function byRank(folded: Linear, ranks: readonly number[], layer: Module, norm: Module): Linear {
  const joined = folded.activated.bind(folded);
  folded.activated = (x, activation) => {
    if (ranks.includes(x.shape.length)) return joined(x, activation);
    const y = layer.forward(x);
    return activation ? forwardActivated(norm, y, activation) : norm.forward(y);
  };
  folded.forward = (x) => folded.activated(x, null);
  return folded;
}

/** Number of output channels, and the one that element i of the weight belongs to. */
function outputsOf(
  layer: Foldable,
  { shape }: Tensor,
): { out: number; outputOf: (i: number) => number } {
  if (!(layer instanceof ConvTranspose2d)) {
    const pitch = sizeOf(shape.slice(1));
    return { out: shape[0], outputOf: (i) => Math.floor(i / pitch) };
  }
  const [inputs, outputs, ...kernel] = shape;
  const group = (inputs / layer.groups) * outputs * sizeOf(kernel);
  const outputOf = (i: number) =>
    Math.floor(i / group) * outputs + (Math.floor(i / sizeOf(kernel)) % outputs);
  return { out: outputs * layer.groups, outputOf };
}

/** A new layer of the same sizes, with a bias; its values are still to come, so it moves no stream of random numbers. */
function like(layer: Foldable, { shape, runtime }: Tensor): Foldable {
  const [first, second, ...kernel] = shape;
  const size = [kernel[0], kernel[1]] as const;
  const random = defaultGenerator.getState();
  try {
    if (layer instanceof Linear) return new Linear(second, first, { runtime });
    const { stride, padding, dilation, groups } = layer;
    const options = { stride, padding, dilation, groups, runtime };
    if (layer instanceof Conv2d) return new Conv2d(second * groups, first, size, options);
    const { outputPadding } = layer;
    return new ConvTranspose2d(first, second * groups, size, { ...options, outputPadding });
  } finally {
    defaultGenerator.setState(random);
  }
}
