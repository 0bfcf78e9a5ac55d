import { call } from "../call.js";
import { checkTensor } from "../ops/check.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { type AnyTensor, Held, isShape, keep, show, Tensor } from "../tensor.js";
import { type ForwardHook, type RemovableHandle, registerForwardHook } from "./forward-hooks.js";
import { named } from "./repr.js";
import { canCast, copyInto } from "./state-cast.js";
import { fromOldHooks, type KeyOptions, keyHints, renamed } from "./state-keys.js";

/** The keys that a loaded state and the module did not share. */
export interface LoadResult {
  /** Keys of the module that the state lacks. */
  missingKeys: string[];
  /** Keys of the state that the module does not know. */
  unexpectedKeys: string[];
}

export interface LoadStateDictOptions extends KeyOptions {
  /** Refuse missing and unexpected keys. Default true. */
  strict?: boolean;
  /** Convert tensors of another dtype: float64 is rounded to float32, integers stay what they are. Default false. */
  cast?: boolean;
}

const rules: Rules<LoadStateDictOptions> = {
  strict: "boolean",
  prefix: "string",
  rename: "function",
  cast: "boolean",
};

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** @internal Outside of the class, because bundlers give a class that names itself a second name. */
export const isModule = (value: unknown): value is Module => value instanceof Module;

/**
 * Base of all layers and networks. Its properties that are tensors are its parameters; those named by `buffer()` are
 * its buffers. Its properties that are modules are its children. Keys are PyTorch's: the property names in snake case,
 * joined by dots.
 */
export abstract class Module extends Held {
  /** Whether the module is in training: batch norms use and update statistics of the batch, and dropout drops. */
  training = true;
  readonly #buffers = new Set<string>();

  /** The layer's output. Conditional layers take their condition after x. */
  abstract forward(x: Tensor, ...conditions: never[]): Tensor;

  /** Runs the steps of a `forward` as one. If memory is refused, the steps are undone and what they made is freed. */
  protected asOne<T>(steps: () => T): T {
    return call(this.constructor.name, steps);
  }

  /**
   * Registers `hook(module, inputs, output)`, which is called after each `forward`, in the order of registration. What
   * it returns replaces the output, unless that is undefined. A layer with hooks is not joined with its neighbours in
   * one pass, which may change the last bits of results. Calls that do not use `forward` (`forwardShards`,
   * `QKNorm.apply`) call no hooks. Returns the handle that removes the hook.
   * @throws TypeError if `hook` is no function
   */
  registerForwardHook(hook: ForwardHook): RemovableHandle {
    return registerForwardHook(this, hook);
  }

  /** Marks a property as a buffer, which is part of the state but no parameter. Constructors call this. */
  buffer<T extends AnyTensor>(name: string, value: T): T {
    this.#buffers.add(name);
    return keep(value);
  }

  /** Keys that a state dict may have in addition to those of this layer itself. Loading ignores them. */
  ignoredKeys(): readonly string[] {
    return [];
  }

  /**
   * Keys of this layer itself that a state dict may lack, even with `strict`. Loading leaves their tensors unchanged.
   */
  optionalKeys(): readonly string[] {
    return [];
  }

  /** Child modules and their names, in the order of definition. */
  *children(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this))
      if (isModule(value)) yield [snakeCase(name), value];
  }

  /**
   * Puts `child` in the place of the child with this name, one of those that `children()` gives.
   * @throws TypeError for what is no layer; RangeError where there is no such child
   */
  replaceChild(name: string, child: Module): void {
    const op = `${this.constructor.name}.replaceChild`;
    if (!isModule(child)) throw new TypeError(`${op}: expected a layer, got ${describe(child)}`);
    const names = [...this.children()].map(([known]) => known);
    if (!names.includes(name))
      throw new RangeError(`${op}: no child "${name}" (there are ${names.join(", ") || "none"})`);
    this.setChild(name, child);
  }

  /** How a module whose children are no properties of its own puts one of them in place; the name is checked. */
  protected setChild(name: string, child: Module): void {
    for (const [key, value] of Object.entries(this))
      if (isModule(value) && snakeCase(key) === name) Reflect.set(this, key, child);
  }

  /** This module and all modules below it, with their key prefixes. */
  *modules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [name, child] of this.children()) yield* child.modules(`${prefix}${name}.`);
  }

  *#own(buffers: boolean): Generator<[string, AnyTensor]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Tensor && this.#buffers.has(name) === buffers)
        yield [snakeCase(name), value];
    }
  }

  /** Parameters with their keys, in PyTorch's order. */
  *namedParameters(): Generator<[string, Tensor]> {
    for (const [prefix, module] of this.modules()) {
      for (const [name, value] of module.#own(false)) yield [prefix + name, value as Tensor];
    }
  }

  /** All parameters, each once. */
  parameters(): Tensor[] {
    return [...new Set([...this.namedParameters()].map(([, value]) => value))];
  }

  /** Parameters and buffers by key, as PyTorch's `state_dict()`: the tensors themselves, not copies. */
  stateDict(): Map<string, AnyTensor> {
    const state = new Map<string, AnyTensor>();
    for (const [prefix, module] of this.modules()) {
      for (const buffers of [false, true]) {
        for (const [name, value] of module.#own(buffers)) state.set(prefix + name, value);
      }
    }
    return state;
  }

  /** @internal Throws what `loadStateDict` would throw and changes nothing. */
  checkStateDict(
    given: ReadonlyMap<string, AnyTensor>,
    { strict = true, cast = false, ...keys }: LoadStateDictOptions = {},
  ): LoadResult & { state: ReadonlyMap<string, AnyTensor> } {
    const own = this.stateDict();
    const state = fromOldHooks(renamed(given, keys), own);
    const keysOf = (keys: (module: Module) => readonly string[]) =>
      new Set(
        [...this.modules()].flatMap(([prefix, module]) => keys(module).map((key) => prefix + key)),
      );
    const ignored = keysOf((module) => module.ignoredKeys());
    const optional = keysOf((module) => module.optionalKeys());
    const missingKeys = [...own.keys()].filter((key) => !state.has(key));
    const missed = missingKeys.filter((key) => !optional.has(key));
    const unexpectedKeys = [...state.keys()].filter((key) => !own.has(key) && !ignored.has(key));
    const problems: string[] = [];
    const quote = (keys: string[]) => keys.map((key) => `"${key}"`).join(", ");
    if (strict && unexpectedKeys.length > 0)
      problems.push(`Unexpected key(s) in state_dict: ${quote(unexpectedKeys)}.`);
    if (strict && missed.length > 0)
      problems.push(
        `Missing key(s) in state_dict: ${quote(missed)}.`,
        ...keyHints(missed, unexpectedKeys),
      );
    for (const [key, target] of own) {
      if (!state.has(key)) continue;
      const source = state.get(key);
      if (!(source instanceof Tensor))
        throw new TypeError(
          `loadStateDict: expected ${key} to be a tensor, got ${describe(source)}`,
        );
      const alive = { [key]: source, [`the model's own ${key}`]: target };
      for (const [name, value] of Object.entries(alive))
        checkTensor("loadStateDict", name, value, value.dtype);
      if (!isShape(source.shape, target.shape)) {
        problems.push(
          `size mismatch for ${key}: copying a param with shape ${show(source.shape)} from checkpoint, ` +
            `the shape in current model is ${show(target.shape)}.`,
        );
      } else if (source.dtype !== target.dtype && !(cast && canCast(source, target))) {
        problems.push(
          `dtype mismatch for ${key}: ${source.dtype} in checkpoint, ${target.dtype} in current model` +
            `${cast ? ", which cannot hold its values" : "; { cast: true } converts it"}.`,
        );
      }
    }
    if (problems.length > 0) {
      throw new Error(
        `Error(s) in loading state_dict for ${this.constructor.name}:\n\t${problems.join("\n\t")}`,
      );
    }
    return { missingKeys, unexpectedKeys, state };
  }

  /**
   * Copies values in by key. `prefix` and `rename` say what the module's keys are called in `state`, `cast` takes other
   * dtypes; keys of PyTorch's older hooks of weight norm and spectral norm go to their parametrisations. A call that
   * throws changes nothing. Returns the missing and the unexpected keys.
   * @throws TypeError if `state` is no Map of tensors; Error if a shape or dtype differs and, with `strict`, if keys
   *   are missing or unexpected
   */
  loadStateDict(
    state: ReadonlyMap<string, AnyTensor>,
    options: LoadStateDictOptions = {},
  ): LoadResult {
    checkOptions("loadStateDict", options, rules);
    const { state: own, missingKeys, unexpectedKeys } = this.checkStateDict(state, options);
    for (const [key, target] of this.stateDict()) {
      const source = own.get(key);
      if (source) copyInto(target, source);
    }
    return { missingKeys, unexpectedKeys };
  }

  /** Switches this module and all modules below it to training, or to evaluation if `mode` is false. */
  train(mode = true): this {
    if (typeof mode !== "boolean")
      throw new TypeError(`train: expected true or false, got ${describe(mode)}`);
    for (const [, module] of this.modules()) module.training = mode;
    return this;
  }

  /** Switches this module and all modules below it to evaluation: running statistics, and no dropout. */
  eval(): this {
    return this.train(false);
  }

  /** Removes and frees all gradients. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) {
      parameter.grad?.dispose();
      parameter.grad = null;
    }
  }

  /**
   * The text between the brackets of `String(layer)`, PyTorch's extra_repr: by default, all settings of plain values.
   */
  protected extraRepr(): string[] {
    const { training: _, ...own } = this;
    return named(
      Object.fromEntries(Object.entries(own).filter(([, v]) => Object(v) !== v && v !== null)),
    );
  }

  /** The text that PyTorch prints for a layer: its settings, and each inner layer on its own line. */
  override toString(): string {
    const inner = [...this.children()].map(([name, child]) =>
      `\n(${name}): ${child}`.replace(/\n/g, "\n  "),
    );
    const body = inner.length > 0 ? `${inner.join("")}\n` : this.extraRepr().join(", ");
    return `${this.constructor.name}(${body})`;
  }

  /** Frees parameters and buffers. */
  dispose(): void {
    for (const tensor of this.stateDict().values()) tensor.dispose();
  }
}
