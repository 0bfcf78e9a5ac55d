// Modules that hold others and have no forward of their own.
import { describe } from "../options.js";
import type { Tensor } from "../tensor.js";
import { isModule, Module } from "./module.js";

function checkLayer(op: string, layer: unknown): void {
  if (!isModule(layer)) throw new TypeError(`${op}: expected layers, got ${describe(layer)}`);
}

/** Base of the holders. */
abstract class Holder extends Module {
  /** Throws: call the layers one by one. */
  forward(_: Tensor): Tensor {
    throw new Error(`${this.constructor.name}: has no forward; call its layers`);
  }
}

/**
 * A list of layers with the keys "0", "1", …. Loops go over `layers`.
 * @shape has no forward
 * @throws TypeError for what is no list of layers; Error from `forward`
 * @source torch.nn.ModuleList
 */
export class ModuleList extends Holder {
  readonly layers: readonly Module[];

  constructor(layers: readonly Module[] = []) {
    super();
    if (!Array.isArray(layers))
      throw new TypeError(`ModuleList: expected a list of layers, got ${describe(layers)}`);
    for (const layer of layers) checkLayer(this.constructor.name, layer);
    this.layers = [...layers];
  }

  get length(): number {
    return this.layers.length;
  }

  /** Puts a layer at the end. */
  append(layer: Module): this {
    checkLayer(this.constructor.name, layer);
    (this.layers as Module[]).push(layer);
    return this;
  }

  override *children(): Generator<[string, Module]> {
    for (const [index, layer] of this.layers.entries()) yield [String(index), layer];
  }

  protected override setChild(name: string, child: Module): void {
    (this.layers as Module[])[Number(name)] = child;
  }
}

/**
 * Layers by name, which is their key as it stands.
 * @shape has no forward
 * @throws TypeError for what is no object of layers; RangeError for a name that is empty or has a dot; Error from
 *   `forward`
 * @source torch.nn.ModuleDict
 */
export class ModuleDict extends Holder {
  readonly layers: ReadonlyMap<string, Module>;

  constructor(layers: Readonly<Record<string, Module>> = {}) {
    super();
    const plain = typeof layers === "object" && layers !== null && !Array.isArray(layers);
    if (!plain || isModule(layers))
      throw new TypeError(`ModuleDict: expected an object of layers, got ${describe(layers)}`);
    this.layers = new Map();
    for (const [name, layer] of Object.entries(layers)) this.set(name, layer);
  }

  /** The layer of this name. Throws RangeError if there is none. */
  get(name: string): Module {
    const layer = this.layers.get(name);
    if (layer) return layer;
    const known = [...this.layers.keys()].join(", ") || "none";
    throw new RangeError(`ModuleDict: no layer ${describe(name)} (there are ${known})`);
  }

  /** Puts a layer under a name, in the place of an older one if there is one. */
  set(name: string, layer: Module): this {
    if (typeof name !== "string")
      throw new TypeError(`ModuleDict: expected a name, got ${describe(name)}`);
    if (name === "" || name.includes("."))
      throw new RangeError(`ModuleDict: expected a name without dots, got ${describe(name)}`);
    checkLayer(this.constructor.name, layer);
    (this.layers as Map<string, Module>).set(name, layer);
    return this;
  }

  override *children(): Generator<[string, Module]> {
    yield* this.layers;
  }

  protected override setChild(name: string, child: Module): void {
    this.set(name, child);
  }
}
