import type { Activation } from "../ops/activation.js";
import type { Tensor } from "../tensor.js";
import { ReLU } from "./activation.js";
import { Module } from "./module.js";

/** A layer that takes the activation behind it into its own pass over memory. */
interface Activating extends Module {
  activated(x: Tensor, activation: Activation | null): Tensor;
}

/** Where on the way from an object to its classes a method stands. */
function ownerOf(object: object, method: string): object | null {
  let owner: object | null = object;
  while (owner && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner;
}

/** Whether a norm and the layer behind it can be one step. Where either's `forward` is somebody else's, that one is called. */
function joins(norm: Module, next: Module | undefined): norm is Activating {
  const owner = ownerOf(norm, "activated");
  return (
    owner !== null &&
    ownerOf(norm, "forward") === owner &&
    next instanceof ReLU &&
    ownerOf(next, "forward") === ReLU.prototype
  );
}

/** Runs its layers one after the other, batch, instance and group norms with a ReLU behind them in one pass; keys are "0", "1", …. */
export class Sequential extends Module {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    this.layers = layers;
  }

  override *children(): Generator<[string, Module]> {
    for (const [index, layer] of this.layers.entries()) yield [String(index), layer];
  }

  forward(x: Tensor): Tensor {
    let value = x;
    for (let i = 0; i < this.layers.length; i++) {
      const layer = this.layers[i];
      if (joins(layer, this.layers[i + 1])) {
        value = layer.activated(value, "relu");
        i++;
      } else value = layer.forward(value);
    }
    return value;
  }
}
