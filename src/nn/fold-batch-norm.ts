import { type AnyTensor, sizeOf } from "../tensor.js";
import { Conv2d } from "./conv.js";
import { Linear } from "./linear.js";
import type { Module } from "./module.js";

/** What folding reads of a batch norm: any of the layers here, frozen ones too. */
export interface FoldableNorm extends Module {
  readonly eps: number;
  readonly weight: AnyTensor | null;
  readonly bias: AnyTensor | null;
  readonly runningMean: AnyTensor | null;
  readonly runningVar: AnyTensor | null;
}

/**
 * A new layer that does what `layer` and then `norm` do in evaluation: w' = w·γ/√(v + eps), b' = β + (b − mean)·γ/√(v + eps).
 * Only right when nothing stands between the two. Throws when the norm has no running statistics or another number of channels.
 */
export function foldBatchNorm<L extends Conv2d | Linear>(layer: L, norm: FoldableNorm): L {
  if (!(layer instanceof Conv2d || layer instanceof Linear))
    throw new TypeError("foldBatchNorm: expected a Conv2d or Linear layer");
  const { runningMean, runningVar, eps } = norm;
  if (!runningMean || !runningVar)
    throw new TypeError("foldBatchNorm: expected a norm with running statistics");
  const { weight, bias } = layer;
  const [out] = weight.shape;
  if (runningMean.size !== out) {
    throw new RangeError(
      `foldBatchNorm: expected a norm of ${out} channels, got ${runningMean.size}`,
    );
  }
  const pitch = sizeOf(weight.shape.slice(1));
  const scale = Float64Array.from({ length: out }, (_, c) => {
    return Number(norm.weight?.data[c] ?? 1) / Math.sqrt(Number(runningVar.data[c]) + eps);
  });
  const shift = Float64Array.from(scale, (s, c) => {
    const centred = (bias?.data[c] ?? 0) - Number(runningMean.data[c]);
    return Number(norm.bias?.data[c] ?? 0) + centred * s;
  });
  const folded = like(layer);
  folded.weight.data.set(weight.data.map((v, i) => v * scale[Math.floor(i / pitch)]));
  folded.bias?.data.set(shift);
  return folded;
}

/** A new layer of the same sizes, with a bias. */
function like<L extends Conv2d | Linear>(layer: L): L;
function like(layer: Conv2d | Linear): Conv2d | Linear {
  const [out, features, ...kernel] = layer.weight.shape;
  const { runtime } = layer.weight;
  if (layer instanceof Linear) return new Linear(features, out, { runtime });
  const { stride, padding, dilation, groups } = layer;
  const options = { stride, padding, dilation, groups, runtime };
  return new Conv2d(features * groups, out, [kernel[0], kernel[1]], options);
}
