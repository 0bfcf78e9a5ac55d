import { call } from "../call.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { type AnyTensor, Held, keep, show, Tensor } from "../tensor.js";
import { type ForwardHook, type RemovableHandle, registerForwardHook } from "./forward-hooks.js";
import { named } from "./repr.js";

export interface LoadResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

const rules: Rules<{ strict?: boolean }> = { strict: "boolean" };

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** @internal Outside of the class, which bundlers would give a second name for the sake of it. */
export const isModule = (value: unknown): value is Module => value instanceof Module;

/** @internal Refuses what `replaceChild` cannot do. */
export function checkChild(module: Module, name: string, child: Module): void {
  const op = `${module.constructor.name}.replaceChild`;
  if (!isModule(child)) throw new TypeError(`${op}: expected a layer, got ${describe(child)}`);
  const names = [...module.children()].map(([known]) => known);
  if (!names.includes(name))
    throw new RangeError(`${op}: no child "${name}" (there are ${names.join(", ") || "none"})`);
}

/**
 * Base of all layers and networks. Properties that are tensors are its parameters, those named by `buffer()` its buffers, those
 * that are modules its children; keys are PyTorch's: the property names in snake case, joined by dots.
 */
export abstract class Module extends Held {
  /** Whether batch statistics are used and updated, dropout drops, … */
  training = true;
  readonly #buffers = new Set<string>();

  /** The layer's output; conditional layers take what they are conditioned on behind x. */
  abstract forward(x: Tensor, ...conditions: never[]): Tensor;

  /** Runs the steps of a `forward` as one: where memory is refused, none has happened, and what they made is freed. */
  protected asOne<T>(steps: () => T): T {
    return call(this.constructor.name, steps);
  }

  /**
   * Has `hook(module, inputs, output)` called behind each `forward`, in the order of registration; what it returns, unless that is
   * undefined, takes the output's place. While a layer has hooks it is not joined with its neighbours in one pass, which may change
   * last bits; ways around `forward` (`forwardShards`, `QKNorm.apply`) call none. Returns the handle that removes it.
   */
  registerForwardHook(hook: ForwardHook): RemovableHandle {
    return registerForwardHook(this, hook);
  }

  /** Marks a property as a buffer: part of the state, but no parameter. Called in constructors. */
  buffer<T extends AnyTensor>(name: string, value: T): T {
    this.#buffers.add(name);
    return keep(value);
  }

  /** Own keys that a state dict may hold beside those of this layer, and that loading passes over. */
  ignoredKeys(): readonly string[] {
    return [];
  }

  /** Own keys that a state dict may lack, strictly too: loading leaves them as they are. */
  optionalKeys(): readonly string[] {
    return [];
  }

  /** Child modules and their names, in order of definition. */
  *children(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this))
      if (isModule(value)) yield [snakeCase(name), value];
  }

  /**
   * Puts `child` in the place of the child with this name, one of those that `children()` gives. Throws TypeError for what is no
   * layer, RangeError where there is no such child.
   */
  replaceChild(name: string, child: Module): void {
    checkChild(this, name, child);
    for (const [key, value] of Object.entries(this))
      if (isModule(value) && snakeCase(key) === name) Reflect.set(this, key, child);
  }

  /** This module and all below it, with their key prefixes. */
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

  /** @internal Throws what `loadStateDict` would and changes nothing. */
  checkStateDict(state: ReadonlyMap<string, AnyTensor>, { strict = true } = {}): LoadResult {
    if (!(state instanceof Map))
      throw new TypeError(
        "loadStateDict: expected a Map of tensors by key, as stateDict() and loadSafetensors() give",
      );
    const own = this.stateDict();
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
      problems.push(`Missing key(s) in state_dict: ${quote(missed)}.`);
    for (const [key, target] of own) {
      if (!state.has(key)) continue;
      const source = state.get(key);
      if (!(source instanceof Tensor))
        throw new TypeError(
          `loadStateDict: expected ${key} to be a tensor, got ${describe(source)}`,
        );
      if (show(source.shape) !== show(target.shape)) {
        problems.push(
          `size mismatch for ${key}: copying a param with shape ${show(source.shape)} from checkpoint, ` +
            `the shape in current model is ${show(target.shape)}.`,
        );
      } else if (source.dtype !== target.dtype) {
        problems.push(
          `dtype mismatch for ${key}: ${source.dtype} in checkpoint, ${target.dtype} in current model.`,
        );
      }
      source.ptr; // throws when it was disposed
    }
    if (problems.length > 0) {
      throw new Error(
        `Error(s) in loading state_dict for ${this.constructor.name}:\n\t${problems.join("\n\t")}`,
      );
    }
    return { missingKeys, unexpectedKeys };
  }

  /**
   * Copies values in by key. Throws, having changed nothing, when a shape or dtype differs, or, with `strict`, when keys are
   * missing or unexpected (without it they are returned), or when `state` is no Map of tensors.
   */
  loadStateDict(
    state: ReadonlyMap<string, AnyTensor>,
    options: { strict?: boolean } = {},
  ): LoadResult {
    const { strict = true } = checkOptions("loadStateDict", options, rules);
    const result = this.checkStateDict(state, { strict });
    for (const [key, target] of this.stateDict()) {
      const source = state.get(key);
      if (!source) continue;
      target.elements.set(source.elements as never);
      target.written();
    }
    return result;
  }

  /** Switches this module and all below to training (or evaluation). */
  train(mode = true): this {
    if (typeof mode !== "boolean")
      throw new TypeError(`train: expected true or false, got ${describe(mode)}`);
    for (const [, module] of this.modules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Forgets and frees all gradients. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) {
      parameter.grad?.dispose();
      parameter.grad = null;
    }
  }

  /** What stands between the brackets of `String(layer)`, PyTorch's extra_repr: here, all settings that are plain values. */
  protected extraRepr(): string[] {
    const { training: _, ...own } = this;
    return named(
      Object.fromEntries(Object.entries(own).filter(([, v]) => Object(v) !== v && v !== null)),
    );
  }

  /** As PyTorch prints it: the settings, and the layers within, each on a line. */
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
