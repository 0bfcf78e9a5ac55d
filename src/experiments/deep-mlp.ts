import type { LayerOptions } from "../nn/init.js";
import { Linear } from "../nn/linear.js";
import { Module } from "../nn/module.js";
import { BatchNorm1d, LayerNorm } from "../nn/norm.js";
import { Sequential } from "../nn/sequential.js";
import { relu } from "../ops/elementwise/relu.js";
import { sigmoid } from "../ops/elementwise/sigmoid.js";
import { tanh } from "../ops/elementwise/tanh.js";
import type { Tensor } from "../tensor.js";

const activations = { sigmoid, tanh, relu } as const;
/** The name of an activation of the deep net. */
export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as ActivationName[];

/** A norm of the deep net; "none" is none. */
export type MLPNorm = "none" | "bn" | "ln";
export const mlpNorms: readonly MLPNorm[] = ["none", "bn", "ln"];

export interface DeepMLPOptions extends LayerOptions {
  activation: ActivationName;
  norm: MLPNorm;
  depth: number;
  width: number;
  /** The factor on the initial weights of the hidden layers. */
  gain?: number;
  /** Whether the norms have scale and shift. */
  affine?: boolean;
}

/** `depth` times linear, norm and activation, then a linear layer: [N, 2] → [N, 2]. */
export class DeepMLP extends Module {
  readonly linears: Sequential;
  readonly norms: Sequential;
  readonly head: Linear;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(options: DeepMLPOptions) {
    super();
    const { activation, norm, depth, width, gain = 1, affine = true, runtime } = options;
    const each = <T>(make: (index: number) => T) =>
      Array.from({ length: depth }, (_, i) => make(i));
    this.linears = new Sequential(
      ...each((i) => new Linear(i === 0 ? 2 : width, width, { runtime })),
    );
    const normed = norm === "none" ? [] : each(() => makeNorm(norm, width, affine, { runtime }));
    this.norms = new Sequential(...normed);
    this.head = new Linear(width, 2, { runtime });
    this.#activation = activations[activation];
    for (const { weight } of this.linears.layers as Linear[]) {
      weight.data.forEach((value, i) => {
        weight.data[i] = gain * value;
      });
    }
  }

  /** `seen` is called with the input and the output of each activation. */
  forward(x: Tensor, seen?: (before: Tensor, after: Tensor) => void): Tensor {
    let value = x;
    this.linears.layers.forEach((linear, i) => {
      const product = linear.forward(value);
      const before = this.norms.layers[i]?.forward(product) ?? product;
      value = this.#activation(before);
      seen?.(before, value);
    });
    return this.head.forward(value);
  }
}

const makeNorm = (
  norm: "bn" | "ln",
  width: number,
  affine: boolean,
  options: LayerOptions,
): Module =>
  norm === "bn"
    ? new BatchNorm1d(width, { affine, ...options })
    : new LayerNorm(width, { elementwiseAffine: affine, ...options });
