// The parameters that a module learns. They may change after it was wrapped: by freezing, and by layers that take the
// place of others. All ranks must know of it before they sum their gradients.
import type { Module } from "../nn/module.js";
import type { ProcessGroup } from "../process-group.js";
import type { Tensor } from "../tensor.js";
import { sameTensors } from "./gradient-sums.js";
import { checkSameModel, checkSameValues } from "./same-model.js";

/** Parameters and their names. */
export type Names = ReadonlyMap<Tensor, string>;

export class Learned {
  readonly #module: Module;
  readonly #group: ProcessGroup;
  readonly #settings: string;
  /** Those that all ranks have, as they told each other last. */
  #agreed: Names;

  /** Throws Error on every rank where modules or `settings` differ. */
  constructor(op: string, module: Module, group: ProcessGroup, settings: string) {
    this.#module = module;
    this.#group = group;
    this.#settings = settings;
    checkSameModel(op, group, module.stateDict(), settings);
    this.#agreed = this.names();
  }

  /** Those of now. */
  names(): Names {
    const all = [...this.#module.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
    return new Map(all.map(([name, parameter]) => [parameter, name]));
  }

  /** Whether these are others than all ranks have. Throws Error if one is gone while its gradient `waits`. */
  differ(op: string, names: Names, waits: (parameter: Tensor) => boolean): boolean {
    if (sameTensors([...names.keys()], [...this.#agreed.keys()])) return false;
    for (const [parameter, name] of this.#agreed)
      if (!names.has(parameter) && waits(parameter))
        throw new Error(
          `${op}: the gradient of ${name} waits; call zeroGrad() before it is frozen or replaced`,
        );
    return true;
  }

  /** Takes what all ranks have now. Throws Error on every rank where models or values of parameters differ. */
  agree(op: string): void {
    checkSameModel(op, this.#group, this.#module.stateDict(), this.#settings);
    checkSameValues(op, this.#group, new Map(this.#module.namedParameters()));
    this.#agreed = this.names();
  }
}
