// What a matrix product or a convolution does to its sums on their way to memory.

import { call } from "../../call.js";
import type { Address } from "../../runtime/address.js";
import { addressOf, type Tensor } from "../../tensor.js";
import { type Activation, activate, checkActivation } from "../elementwise/activation.js";
import { reluGradient } from "../elementwise/relu.js";
import { ANY } from "./gemm.js";

/** y = max(scale·sum + bias, 0 if `relu`), each [channels]. */
export interface Epilogue {
  /** The weights are multiplied by it when they are packed. */
  scale?: Tensor | null;
  bias?: Tensor | null;
  relu?: boolean;
}

/** The arguments bias and least of the kernels. */
export const boundsOf = ({ bias, relu }: Epilogue): [bias: Address, least: number] => [
  addressOf(bias),
  relu ? 0 : ANY,
];

export interface ActivationOption {
  /** The activation behind the product. ReLU is in the same pass over memory; the others take one of their own. */
  activation?: Activation | null;
}

/** `product(relu)` and the activation behind it. The product does a ReLU itself. */
export function withActivation(
  op: string,
  { activation }: ActivationOption,
  product: (relu: boolean) => Tensor,
): Tensor {
  return call(op, () => {
    checkActivation(op, activation);
    if (!activation || activation === "relu") return product(activation === "relu");
    using plain = product(false);
    return activate(activation, plain);
  });
}

/**
 * Runs the backward pass of a product on the gradient in front of its ReLU. y is its output, or null where there was no
 * ReLU.
 */
export function behindRelu<T>(dy: Tensor, y: Tensor | null, backward: (dy: Tensor) => T): T {
  if (!y) return backward(dy);
  using dz = reluGradient(dy, y);
  return backward(dz);
}
