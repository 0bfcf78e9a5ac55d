import { type FoldDoubt, type InspectedNorm, inspectNorms } from "../../files/index.js";
import type { Runtime } from "../../runtime/runtime.js";
import { sizeOf } from "../../shape.js";
import { type AnyTensor, tensor } from "../../tensor.js";

/** Why a batch norm stays. */
export type Kept = FoldDoubt | "damaged" | "type" | "overflow";

export interface Folding {
  /** All tensors of the file, without those of the norms that were folded. */
  tensors: Map<string, AnyTensor>;
  folded: { norm: string; weight: string; epsMatters: boolean }[];
  kept: { norm: string; why: Kept }[];
}

/**
 * Puts each batch norm into the weight in front of it: w' = w·s and b' = β + (b − mean)·s with s = γ/√(variance + eps),
 * as `nn.foldBatchNorm` does, computed in float64.
 */
export function foldNorms(
  tensors: ReadonlyMap<string, AnyTensor>,
  eps: number,
  runtime: Runtime,
): Folding {
  const out = new Map(tensors);
  const biases = new Map<string, AnyTensor>();
  const folding: Folding = { tensors: new Map(), folded: [], kept: [] };
  for (const layer of inspectNorms(tensors).layers.filter(({ kind }) => kind === "batch")) {
    const { key: norm, foldsInto: weight, verdicts } = layer;
    const has = (id: string) => verdicts.some((verdict) => verdict.id === id);
    const isDamaged = verdicts.some(({ level }) => level === "error");
    const joined =
      weight === null || isDamaged ? null : joinedWith(layer, weight, tensors, eps, runtime);
    if (weight === null) folding.kept.push({ norm, why: layer.doubt ?? "no-weight" });
    else if (!joined) folding.kept.push({ norm, why: "damaged" });
    else if (typeof joined === "string") folding.kept.push({ norm, why: joined });
    else {
      for (const key of Object.values(layer.keys)) out.delete(key);
      out.set(weight, joined.weight);
      biases.set(weight, joined.bias);
      folding.folded.push({ norm, weight, epsMatters: has("eps-matters") });
    }
  }
  for (const [key, value] of out) {
    const bias = biases.get(key);
    if (!folding.tensors.has(key)) folding.tensors.set(key, value);
    if (bias) folding.tensors.set(biasOf(key), bias);
  }
  return folding;
}

const biasOf = (weight: string) => weight.replace(/[^.]*$/, "bias");

function joinedWith(
  { channels, keys }: InspectedNorm,
  key: string,
  tensors: ReadonlyMap<string, AnyTensor>,
  eps: number,
  runtime: Runtime,
): { weight: AnyTensor; bias: AnyTensor } | "type" | "overflow" {
  const weight = tensors.get(key) as AnyTensor;
  if (weight.dtype !== "float32" && weight.dtype !== "float64") return "type";
  const stored = (values: ArrayLike<number>) =>
    weight.dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  const numbers = (name: string | undefined, missing: number) => {
    const list = tensors.get(name ?? "")?.toArray() ?? [];
    return Array.from({ length: channels }, (_, c) => Number(list[c] ?? missing));
  };
  const [gamma, beta] = [numbers(keys.gamma, 1), numbers(keys.beta, 0)];
  const [mean, variance] = [numbers(keys.mean, 0), numbers(keys.variance, 1)];
  const own = numbers(biasOf(key), 0);
  const scale = gamma.map((value, c) => value / Math.sqrt(variance[c] + eps));
  const shift = stored(scale.map((s, c) => beta[c] + (own[c] - mean[c]) * s));
  // a transposed convolution has its outputs second
  const axis = weight.shape[0] === channels ? 0 : 1;
  const pitch = sizeOf(weight.shape.slice(axis + 1));
  const product = Float64Array.from(weight.toArray() as Float32Array);
  for (let i = 0; i < product.length; i++) product[i] *= scale[Math.floor(i / pitch) % channels];
  const weights = stored(product);
  if (![weights, shift].every((values) => values.every(Number.isFinite))) return "overflow";
  return {
    weight: tensor(weights, weight.shape, { runtime }),
    bias: tensor(shift, [channels], { runtime }),
  };
}
