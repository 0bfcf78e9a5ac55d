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
 * A new layer that does what `layer` and then `norm` do in evaluation:
 * - w' = w·γ/√(v + eps)
 * - b' = β + (b − mean)·γ/√(v + eps)
 *
 * The result is only right if nothing stands between the two. In rank 3, the channels of BatchNorm1d are not the
 * features of a linear layer. For input of such a rank the new layer keeps both layers and runs one after the other.
 *
 * For a Sequential: a new Sequential in which each such pair of neighbours is one layer, at any depth. Pairs that
 * cannot be folded stay two layers. The new Sequential shares all layers that are not folded.
 * @throws TypeError if the two are not such a pair, if the norm is in training or if it has no running statistics
 * @throws RangeError for another number of channels, for a weight that changes at each use, for layers of two runtimes,
 *   and for products beyond float32
 * @source torch.nn.utils.fusion.fuse_conv_bn_eval, and for linear layers fuse_linear_bn_eval
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

/** A Sequential whose `forward` is overridden stays as it is. */
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

/** The folded layer, or the error that says why the two cannot be folded. */
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
  noGrad(() => tidy(fold)); // tidy frees a weight that was computed; it keeps parameters
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
  return byRank(folded, ranks, layer, norm);
}

/** Whether the norm scales the output channels of the layer where the output has this rank. */
const joins = (layer: Foldable, norm: Module, rank: number): norm is SettledNorm =>
  layer instanceof Linear
    ? scalesAlong(norm, rank, rank - 1)
    : rank === 4 && scalesAlong(norm, rank, layer.layout === "nhwc" ? 3 : 1);

/** Replaces `forward` of the folded layer: input of a rank outside `ranks` goes through the two layers instead. */
function byRank(folded: Foldable, ranks: readonly number[], layer: Module, norm: Module): Foldable {
  const joined = folded.activated.bind(folded);
  folded.activated = (x, activation) => {
    if (ranks.includes(x?.shape?.length)) return joined(x, activation);
    const y = layer.forward(x);
    return activation ? forwardActivated(norm, y, activation) : norm.forward(y);
  };
  folded.forward = (x) => folded.activated(x, null);
  return folded;
}

/** The number of output channels, and a function from the index of a weight element to its output channel. */
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

/** A new layer of the same sizes, with a bias. The caller sets its values, so creating it keeps the random state. */
function like(layer: Foldable, { shape, runtime }: Tensor): Foldable {
  const [first, second, ...kernel] = shape;
  const size = [kernel[0], kernel[1]] as const;
  const random = defaultGenerator.getState();
  try {
    if (layer instanceof Linear) return new Linear(second, first, { runtime });
    const { stride, dilation, groups, layout } = layer;
    const options = { stride, dilation, groups, layout, runtime };
    if (layer instanceof Conv2d) {
      const { padding, paddingMode } = layer;
      return new Conv2d(second * groups, first, size, { ...options, padding, paddingMode });
    }
    const { padding, outputPadding } = layer;
    const all = { ...options, padding, outputPadding };
    return new ConvTranspose2d(first, second * groups, size, all);
  } finally {
    defaultGenerator.setState(random);
  }
}
