import { call, onRefusal, onSuccess } from "../call.js";
import { checkSameRuntime, checkShape, checkTensor } from "../ops/check.js";
import { checkOptions, type Rules } from "../options.js";
import { RuntimeClosed } from "../runtime/memory.js";
import { keep, rewrite, type Tensor, zeros } from "../tensor.js";
import { type CommonOptions, groupsOf, over, type ParamGroup, type Params } from "./groups.js";
import {
  checkState,
  type OptimizerState,
  type ParamState,
  restored,
  stateOfGroups,
} from "./state.js";

/**
 * The base of every optimiser: parameters that `step` moves against their gradients, and state that outlives every
 * `tidy`.
 */
export abstract class Optimizer<O extends CommonOptions = CommonOptions> {
  readonly groups: readonly ParamGroup<O>[];
  readonly #name: string;
  #states = new Map<Tensor, ParamState>();

  /**
   * `options` over `defaults`. Throws as torch.optim does: RangeError for an empty list of parameters or a bad option,
   * TypeError for a parameter that is no float32 leaf or an unknown option.
   */
  constructor(name: string, params: Params<O>, defaults: O, options: Partial<O>, rules: Rules<O>) {
    const all = over(defaults, checkOptions<object>(name, options, rules));
    this.groups = groupsOf(name, params, all, rules);
    for (const group of this.groups) this.check(name, group);
    this.#name = name;
  }

  /** All parameters, group by group. */
  get params(): readonly Tensor[] {
    return this.groups.flatMap((group) => group.params);
  }

  /** The learning rate of the first group. Setting it sets the rate of every group. */
  get lr(): number {
    return this.groups[0].lr;
  }

  set lr(lr: number) {
    for (const group of this.groups) group.lr = lr;
  }

  /**
   * Moves every parameter that has a gradient. Other parameters and their state stay as they are. Errors come before
   * any parameter moves.
   */
  step(): void {
    for (const group of this.groups) this.check(this.#name, unsigned(group)); // options may have changed between steps
    this.params.forEach((param, i) => {
      checkTensor(this.#name, `parameter ${i}`, param);
      checkShape(this.#name, `gradient ${i}`, param.grad, param.shape);
      checkSameRuntime(this.#name, param, param.grad);
    });
    call(this.#name, () => {
      // Without buffers nothing would be allocated, and the first kernel would refuse after a step was counted.
      if (this.params.some(({ grad, runtime }) => grad && runtime.closed))
        throw new RuntimeClosed();
      this.#allocate();
    });
    for (const group of this.groups) {
      for (const param of group.params) {
        const state = this.#states.get(param);
        if (!param.grad || !state) continue;
        state.step++;
        this.update(param, param.grad, state, group);
        state.fresh = false;
        for (const changed of [param, ...Object.values(state.buffers)]) changed?.written();
      }
    }
  }

  /** Frees all gradients. */
  zeroGrad(): void {
    for (const param of this.params) {
      param.grad?.dispose();
      param.grad = null;
    }
  }

  /** Options, steps and tensors. The tensors are not copies. */
  stateDict(): OptimizerState {
    return stateOfGroups(this.groups, this.#states);
  }

  /** @internal Throws what `loadStateDict` would throw, and changes nothing. */
  checkStateDict(state: OptimizerState): void {
    checkState(
      this.#name,
      this.groups,
      state,
      (options) => this.buffers(options),
      this.optionalBuffers(),
    );
    this.groups.forEach((group, i) => {
      this.check(this.#name, unsigned(restored(group, state.groups[i])));
    });
  }

  /**
   * Copies the state of another optimiser: options, steps and tensors. Then this one continues as the other would.
   * @throws RangeError and changes nothing if groups, parameters or shapes differ
   */
  loadStateDict(state: OptimizerState): void {
    this.checkStateDict(state);
    const values = new Map([...state.tensors].map(([key, tensor]) => [key, tensor.toArray()]));
    const old = this.#states;
    call(this.#name, () => {
      const loaded = new Map<Tensor, ParamState>();
      const groups = this.groups.map((group, i) => restored(group, state.groups[i]));
      const written: [Tensor, Float32Array][] = [];
      let number = 0;
      for (const group of groups) {
        const names = [...new Set([...this.buffers(group), ...this.optionalBuffers()])];
        for (const param of group.params) {
          const step = state.steps[number];
          const saved = names.filter((name) => values.has(`${number}.${name}`));
          const own = step > 0 ? this.#madeFor(param, saved, step, old.get(param)) : null;
          if (own) loaded.set(param, own);
          for (const name of own ? saved : [])
            written.push([
              own?.buffers[name] as Tensor,
              values.get(`${number}.${name}`) as Float32Array,
            ]);
          number++;
        }
      }
      // nothing is allocated after this point
      for (const [tensor, list] of written) {
        rewrite([tensor], () => tensor.elements.set(list));
      }
      const before = this.groups.map((group) => ({ ...group }));
      onRefusal(() => {
        this.groups.forEach((group, i) => {
          if (!("initialLr" in before[i])) delete group.initialLr;
          Object.assign(group, before[i]);
        });
        this.#states = old;
      });
      this.groups.forEach((group, i) => {
        Object.assign(group, groups[i]);
      });
      this.#states = loaded;
      onSuccess(() => {
        const kept = new Set(buffersOf(loaded));
        for (const tensor of buffersOf(old)) if (!kept.has(tensor)) tensor.dispose();
      });
    });
  }

  /** Frees the state. The parameters and their gradients stay. */
  dispose(): void {
    for (const tensor of buffersOf(this.#states)) tensor.dispose();
    this.#states.clear();
  }

  /** @internal The state of a parameter; undefined before its first move. */
  stateOf(param: Tensor): ParamState | undefined {
    return this.#states.get(param);
  }

  /** Makes all state that a step needs before anything moves: options may have changed since the last step. */
  #allocate(): void {
    for (const group of this.groups) {
      const names = this.buffers(group);
      for (const param of group.params) {
        const old = this.#states.get(param);
        if (!param.grad || (old && names.every((name) => old.buffers[name]))) continue;
        const { step = 0, buffers = {} } = old ?? {};
        const made = this.#madeFor(param, names, step, old);
        const fresh = names.length > 0;
        this.#states.set(param, { ...made, fresh, buffers: { ...buffers, ...made.buffers } });
        onRefusal(() => {
          if (old) this.#states.set(param, old);
          else this.#states.delete(param);
        });
      }
    }
  }

  /** The state of a parameter with these buffers: existing ones are kept, missing ones are zeros. */
  #madeFor(
    param: Tensor,
    names: readonly string[],
    step: number,
    old: ParamState | undefined,
  ): ParamState {
    const zero = () => keep(zeros(param.shape, { runtime: param.runtime }));
    const buffers = names.map((name) => [name, old?.buffers[name] ?? zero()] as const);
    return { step, fresh: false, buffers: Object.fromEntries(buffers) };
  }

  /** Throws RangeError for impossible options. */
  protected abstract check(name: string, options: O): void;
  /** The names of the tensors that a step with these options needs for each parameter. */
  protected abstract buffers(options: O): readonly string[];
  /** The buffers that may be missing although the parameter was moved before. */
  protected optionalBuffers(): readonly string[] {
    return [];
  }
  /** Moves a parameter. This is its step number `state.step`. */
  protected abstract update(param: Tensor, grad: Tensor, state: ParamState, options: O): void;
}

const buffersOf = (states: ReadonlyMap<Tensor, ParamState>): Tensor[] =>
  [...states.values()].flatMap(({ buffers }) => Object.values(buffers));

/** Signs are checked only when an optimiser is made, as in PyTorch: a schedule may bring a rate below 0. */
const unsigned = <O extends object>(options: O): O =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.abs(value) : value,
    ]),
  ) as O;

export function checkNonNegative(op: string, name: string, value: number): void {
  if (typeof value !== "number") throw new TypeError(`${op}: expected ${name} to be a number`);
  if (!(value >= 0)) throw new RangeError(`${op}: expected ${name} ≥ 0, got ${value}`);
}
