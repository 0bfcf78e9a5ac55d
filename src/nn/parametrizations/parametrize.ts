// How a weight comes to be computed from other tensors: the layer's property becomes a getter, and those tensors part of its state.

import { noGrad } from "../../autograd.js";
import { call } from "../../call.js";
import { describe } from "../../options.js";
import { keep, Tensor } from "../../tensor.js";
import { Module } from "../module.js";

/** A module that makes a weight out of the tensors it holds. */
export abstract class Parametrization extends Module {
  /** The weight; training or not as the layer. */
  abstract override forward(): Tensor;

  /** Whether each use makes another weight. */
  get moves(): boolean {
    return false;
  }
}

/** What layers keep under `parametrizations`: one parametrisation per property. */
class Parametrizations extends Module {
  forward(): Tensor {
    throw new Error("Parametrizations: not a layer");
  }
}

/** Where an old checkpoint has a tensor: the layer's property, and whether it is a buffer there. */
export type HookKeys = Record<string, { tensor: Tensor; buffer?: boolean }>;

interface Attached {
  parametrization: Parametrization;
  /** Takes the tensors out of the layer's state. */
  detach(): void;
}
const attached = new WeakMap<Module, Map<string, Attached>>();

/** The tensor `name` of a layer that has no parametrisation there yet. */
export function weightOf(op: string, layer: Module, name: string): Tensor {
  if (!(layer instanceof Module)) throw new TypeError(`${op}: expected a layer`);
  const property = Object.getOwnPropertyDescriptor(layer, name);
  if (property?.get) throw new Error(`${op}: "${name}" is parametrised already; remove that first`);
  if (!(property?.value instanceof Tensor))
    throw new TypeError(`${op}: expected a layer with a tensor "${name}"`);
  return property.value;
}

/** Whether one of the layer's weights is another at each use. */
export const hasMovingWeight = (layer: Module): boolean =>
  [...(attached.get(layer)?.values() ?? [])].some(({ parametrization }) => parametrization.moves);

const properties = (module: Module) => module as unknown as Record<string, unknown>;

/**
 * Has the layer's `name` computed by a parametrisation, each time it is asked for. The state-dict keys are PyTorch's
 * `parametrizations.<name>.…`, or, with `hook`, those of the older hooks, on the layer itself.
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
    enumerable: false, // its value is no state
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
 * Folds the parametrisation of the layer's `name`: its present value (without another power iteration) becomes an ordinary
 * parameter again. Throws when there is none. Returns the layer.
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
  Object.defineProperty(layer, name, plain); // at its old place among the keys
  return layer;
}
