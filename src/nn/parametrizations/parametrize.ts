// How a layer computes a weight from other tensors: its property becomes a getter, and the tensors become its state.

import { noGrad } from "../../autograd.js";
import { call } from "../../call.js";
import { describe } from "../../options.js";
import { keep, Tensor } from "../../tensor.js";
import { Module } from "../module.js";

/** A module that computes a weight from the tensors it holds. */
export abstract class Parametrization extends Module {
  /** Computes the weight, in training or in evaluation as the layer is. */
  abstract override forward(): Tensor;

  /** Whether each use changes the weight. */
  get moves(): boolean {
    return false;
  }
}

/** The child module `parametrizations` of a layer. It holds one parametrisation per property. */
class Parametrizations extends Module {
  forward(): Tensor {
    throw new Error("Parametrizations: not a layer");
  }
}

/** The keys of an older checkpoint: the tensor under each property of the layer, and whether it is a buffer. */
export type HookKeys = Record<string, { tensor: Tensor; buffer?: boolean }>;

interface Attached {
  parametrization: Parametrization;
  /** Removes the tensors from the layer's state. */
  detach(): void;
}
const attached = new WeakMap<Module, Map<string, Attached>>();

/** The tensor `name` of a layer. Throws if the layer has no such tensor or already has a parametrisation of it. */
export function weightOf(op: string, layer: Module, name: string): Tensor {
  if (!(layer instanceof Module)) throw new TypeError(`${op}: expected a layer`);
  const property = Object.getOwnPropertyDescriptor(layer, name);
  if (property?.get) throw new Error(`${op}: "${name}" is parametrised already; remove that first`);
  if (!(property?.value instanceof Tensor))
    throw new TypeError(`${op}: expected a layer with a tensor "${name}"`);
  return property.value;
}

/** Whether one of the layer's weights changes at each use. */
export const hasMovingWeight = (layer: Module): boolean =>
  [...(attached.get(layer)?.values() ?? [])].some(({ parametrization }) => parametrization.moves);

const properties = (module: Module) => module as unknown as Record<string, unknown>;

/**
 * Makes a parametrisation compute the layer's `name` each time it is read. The state-dict keys are PyTorch's
 * `parametrizations.<name>.…`. With `hook` they are those of PyTorch's older hooks, on the layer itself.
 */
export function parametrize(
  layer: Module,
  name: string,
  parametrization: Parametrization,
  hook: HookKeys | null,
): void {
  const own = properties(layer);
  const list = attached.get(layer) ?? new Map<string, Attached>();
  attached.set(layer, list);
  if (hook) {
    for (const [key, { tensor, buffer }] of Object.entries(hook))
      own[key] = buffer ? layer.buffer(key, tensor) : tensor;
  } else {
    own.parametrizations ??= new Parametrizations();
    properties(own.parametrizations as Module)[name] = parametrization;
  }
  Object.defineProperty(layer, name, {
    get: () => parametrization.forward(),
    enumerable: false, // the computed weight is no state
    configurable: true,
  });
  list.set(name, {
    parametrization,
    detach: () => {
      for (const key of Object.keys(hook ?? {})) delete own[key];
      if (hook) return;
      delete properties(own.parametrizations as Module)[name];
      if (Object.keys(own.parametrizations as Module).length === 1) delete own.parametrizations;
    },
  });
}

/**
 * Removes the parametrisation of the layer's `name`. Its present value, without another power iteration, becomes an
 * ordinary parameter. Returns the layer.
 * @throws Error if there is no parametrisation
 * @source torch.nn.utils.parametrize.remove_parametrizations
 */
export function removeParametrization<L extends Module>(layer: L, name = "weight"): L {
  const list = attached.get(layer);
  const entry = list?.get(name);
  if (!entry) throw new Error(`removeParametrization: ${describe(name)} has no parametrisation`);
  const { training } = layer;
  layer.training = false;
  let value: Tensor;
  try {
    const forward = () => noGrad(() => entry.parametrization.forward());
    value = keep(call("removeParametrization", forward));
  } finally {
    layer.training = training;
  }
  value.requiresGrad = true;
  entry.detach();
  entry.parametrization.dispose();
  list?.delete(name);
  const plain = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(layer, name, plain); // keeps its place in the order of keys
  return layer;
}
