import { sizeOf } from "../tensor.js";
import { affineOf, type FoldableNorm, isBatchNorm } from "./batch-affine.js";
import { Conv2d } from "./conv.js";
import { ConvTranspose2d } from "./conv-transpose.js";
import { Linear } from "./linear.js";
import type { Module } from "./module.js";
import { Sequential } from "./sequential.js";

type Foldable = Conv2d | ConvTranspose2d | Linear;

/**
 * A new layer that does what `layer` and then `norm` do in evaluation: w' = w·γ/√(v + eps), b' = β + (b − mean)·γ/√(v + eps).
 * Only right when nothing stands between the two. Throws when the norm has no running statistics or another number of channels.
 *
 * Of a Sequential: a new one in which each such pair of neighbours is one layer, at any depth; the other layers are shared.
 */
export function foldBatchNorm(layers: Sequential): Sequential;
export function foldBatchNorm<L extends Foldable>(layer: L, norm: FoldableNorm): L;
export function foldBatchNorm(layer: Foldable | Sequential, norm?: FoldableNorm): Module {
  if (layer instanceof Sequential) return foldPairs(layer);
  if (!norm) throw new TypeError("foldBatchNorm: expected a batch norm, or a Sequential alone");
  return foldPair(layer, norm);
}

const isFoldable = (layer: Module): layer is Foldable =>
  [Conv2d, ConvTranspose2d, Linear].some((Layer) => layer instanceof Layer);

function foldPairs({ layers }: Sequential): Sequential {
  const folded: Module[] = [];
  for (let i = 0; i < layers.length; i++) {
    const [layer, next] = [layers[i], layers[i + 1]];
    if (layer instanceof Sequential) folded.push(foldPairs(layer));
    else if (isFoldable(layer) && isBatchNorm(next) && next.runningMean) {
      folded.push(foldPair(layer, next));
      i++;
    } else folded.push(layer);
  }
  return new Sequential(...folded);
}

function foldPair<L extends Foldable>(layer: L, norm: FoldableNorm): L {
  if (!isFoldable(layer))
    throw new TypeError("foldBatchNorm: expected a Conv2d, ConvTranspose2d or Linear layer");
  const weight = layer instanceof Conv2d ? layer.filters() : layer.weight;
  const { out, outputOf } = outputsOf(layer);
  if (norm.runningMean && norm.runningMean.size !== out) {
    throw new RangeError(
      `foldBatchNorm: expected a norm of ${out} channels, got ${norm.runningMean.size}`,
    );
  }
  const { scale, shift } = affineOf(norm, layer.bias);
  const folded = like(layer);
  folded.weight.elements.set(weight.elements.map((v, i) => v * scale[outputOf(i)]));
  folded.bias?.elements.set(shift);
  return folded;
}

/** Number of output channels, and the one that element i of the weight belongs to. */
function outputsOf(layer: Foldable): { out: number; outputOf: (i: number) => number } {
  const { shape } = layer.weight;
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

/** A new layer of the same sizes, with a bias. */
function like<L extends Foldable>(layer: L): L;
function like(layer: Foldable): Foldable {
  const [first, second, ...kernel] = layer.weight.shape;
  const { runtime } = layer.weight;
  if (layer instanceof Linear) return new Linear(second, first, { runtime });
  const { stride, padding, dilation, groups } = layer;
  const options = { stride, padding, dilation, groups, runtime };
  const size = [kernel[0], kernel[1]] as const;
  if (layer instanceof Conv2d) return new Conv2d(second * groups, first, size, options);
  const { outputPadding } = layer;
  return new ConvTranspose2d(first, second * groups, size, { ...options, outputPadding });
}
