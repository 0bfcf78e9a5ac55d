import { DyT } from "../nn/dyt.js";
import { Identity } from "../nn/identity.js";
import type { LayerOptions } from "../nn/init.js";
import { Module } from "../nn/module.js";
import { BatchNorm1d, LayerNorm, RMSNorm } from "../nn/norm.js";
import { ScaleNorm } from "../nn/scale-norm.js";
import { describe } from "../options.js";
import type { Tensor } from "../tensor.js";

/** Batch norm of each feature over all tokens: [..., C] is taken as [tokens, C]. */
class TokenBatchNorm extends BatchNorm1d {
  override forward(x: Tensor): Tensor {
    return super.forward(x.reshape([-1, x.shape.at(-1) ?? 0])).reshape(x.shape);
  }
}

/** The norms for the comparison of transformers. Each function takes the number of features. */
const norms = {
  layer: (features: number, options: LayerOptions) => new LayerNorm(features, options),
  rms: (features: number, options: LayerOptions) => new RMSNorm(features, options),
  dyt: (features: number, options: LayerOptions) => new DyT(features, options),
  scale: (features: number, options: LayerOptions) => new ScaleNorm(features, options),
  batch: (features: number, options: LayerOptions) => new TokenBatchNorm(features, options),
  none: () => new Identity(),
} as const;

/** The names of the norms that a transformer can be made with. */
export type TransformerNormName = keyof typeof norms;
/** All names of norms, in the order of the tables. */
export const transformerNormNames = Object.keys(norms) as TransformerNormName[];

/** A name, or a function that makes a norm of [..., features]. */
export type TransformerNorm =
  | TransformerNormName
  | ((features: number, options: LayerOptions) => Module);

/** @internal Throws RangeError for an unknown name. */
export function checkNorm(model: string, norm: TransformerNorm): void {
  if (typeof norm === "function" || Object.hasOwn(norms, norm)) return;
  throw new RangeError(
    `${model}: unknown normLayer "${norm}"; known: ${transformerNormNames.join(", ")}`,
  );
}

/** @internal A norm of [..., features]. */
export function transformerNorm(
  model: string,
  norm: TransformerNorm,
  features: number,
  options: LayerOptions,
): Module {
  const make = typeof norm === "function" ? norm : norms[norm];
  const made: unknown = make(features, options);
  if (made instanceof Module) return made;
  throw new TypeError(`${model}: expected normLayer to make a layer, got ${describe(made)}`);
}
