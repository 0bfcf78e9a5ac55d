// Which layers can run as one step with what follows them.

import { call } from "../call.js";
import { checkTensor } from "../ops/check.js";
import { type Activation, activate } from "../ops/elementwise/activation.js";
import { add } from "../ops/elementwise/add.js";
import type { AddNorm } from "../ops/norm/row-norm.js";
import { describe } from "../options.js";
import type { Tensor } from "../tensor.js";
import { isHooked } from "./forward-hooks.js";
import { isModule, type Module } from "./module.js";

/** A layer that takes the activation behind it into its own pass over memory. */
export interface Activating extends Module {
  activated(x: Tensor, activation: Activation | null): Tensor;
}

/**
 * A layer that gives [N, C, H, W]. In its own pass it can multiply the output channels by `scale`, add `shift` and
 * apply the activation. `scaled` returns null where scale and shift do not fit.
 */
export interface Scaling extends Module {
  readonly bias: Tensor | null;
  scaled(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation | null): Tensor | null;
}

/** A norm that can do the addition in front of it in its own pass over memory. */
export interface Adding extends Module {
  added(x: Tensor, residual: Tensor): AddNorm;
}

/** The object in the prototype chain, from the object itself on, that defines the method. */
export function ownerOf(object: object, method: string): object | null {
  let owner: object | null = object;
  while (owner && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner;
}

/** The methods that can determine a layer's output. */
const ways = ["forward", "activated", "scaled", "added", "tracked", "normalized", "checkRank"];

type LayerClass<L> = abstract new (...args: never[]) => L;

/** Whether the layer computes what one of these classes does: no subclass and no object overrides one of `ways`. */
export const isPlainly = <L extends Module>(
  layer: Module | undefined,
  ...classes: LayerClass<L>[]
): layer is L =>
  classes.some(
    ({ prototype }) =>
      layer !== undefined &&
      !isHooked(layer) &&
      Object.prototype.isPrototypeOf.call(prototype, layer) &&
      ways.every((way) => ownerOf(layer, way) === ownerOf(prototype, way)),
  );

/**
 * Whether `method` computes what the layer's `forward` computes. It does not if the layer has hooks, or if a subclass
 * overrides only some of these methods.
 */
const standsFor = (layer: Module, method: string): boolean => {
  if (isHooked(layer)) return false;
  const owners = ["forward", method, "activated"].map((way) => ownerOf(layer, way));
  return owners[1] !== null && owners.every((owner) => owner === null || owner === owners[0]);
};

export const isActivating = (layer: Module): layer is Activating => standsFor(layer, "activated");
export const isScaling = (layer: Module): layer is Scaling => standsFor(layer, "scaled");

/** The layer and the activation that follows it, in one pass if the layer can do that. */
export function forwardActivated(layer: Module, x: Tensor, activation: Activation): Tensor {
  if (isActivating(layer)) return layer.activated(x, activation);
  return call("forwardActivated", () => activate(activation, layer.forward(x)));
}

/**
 * x + residual and its norm, in one pass if the norm can do that.
 * @shape x [...], residual [...] → output and sum [...]
 * @throws TypeError for what is no layer; RangeError for two shapes
 */
export function addAndNormalize(norm: Module, x: Tensor, residual: Tensor): AddNorm {
  if (!isModule(norm))
    throw new TypeError(`addAndNormalize: expected a norm that is a layer, got ${describe(norm)}`);
  checkTensor("addAndNormalize", "x", x);
  checkTensor("addAndNormalize", "residual", residual);
  if (standsFor(norm, "added")) return (norm as Adding).added(x, residual);
  return call("addAndNormalize", () => {
    const sum = add(x, residual);
    return { output: norm.forward(sum), sum };
  });
}
