import { checkTensor } from "../ops/check.js";
import { describe } from "../options.js";
import { type AnyTensor, isShape, show, type Tensor } from "../tensor.js";
import type { CommonOptions, ParamGroup } from "./groups.js";

/** What an optimiser remembers of a parameter: the number of its steps, and tensors of its shape. */
export interface ParamState {
  step: number;
  /** True until a step has written the newest buffers. */
  fresh: boolean;
  buffers: Record<string, Tensor>;
}

/** The state of an optimiser. All of it is JSON except the tensors. */
export interface OptimizerState {
  /** The options of each group. `params` holds the numbers of its parameters. */
  groups: Record<string, unknown>[];
  /** How often each parameter was moved. */
  steps: number[];
  /** The keys are "<number of the parameter>.<name>", with PyTorch's names. */
  tensors: Map<string, AnyTensor>;
}

/** The state of all groups. The tensors are not copies. */
export function stateOfGroups<O extends CommonOptions>(
  groups: readonly ParamGroup<O>[],
  states: ReadonlyMap<Tensor, ParamState>,
): OptimizerState {
  const out: OptimizerState = { groups: [], steps: [], tensors: new Map() };
  for (const { params, ...options } of groups) {
    const numbers: number[] = [];
    for (const param of params) {
      const number = out.steps.length;
      const { step = 0, fresh, buffers = {} } = states.get(param) ?? {};
      out.steps.push(step);
      for (const [name, tensor] of fresh ? [] : Object.entries(buffers)) {
        out.tensors.set(`${number}.${name}`, tensor);
      }
      numbers.push(number);
    }
    out.groups.push({ ...structuredClone(options), params: numbers });
  }
  return out;
}

/** `group` with the options of a saved group. */
export function restored<O extends CommonOptions>(
  group: ParamGroup<O>,
  saved: Record<string, unknown>,
): ParamGroup<O> {
  const keys = new Set([...Object.keys(group), "initialLr"]);
  const known = [...keys].filter((key) => key !== "params" && key in saved);
  return {
    ...group,
    ...structuredClone(Object.fromEntries(known.map((key) => [key, saved[key]]))),
  };
}

/**
 * Throws RangeError unless `state` has the parameters of these groups and, for each moved parameter, these buffers.
 * Optional buffers may be missing.
 */
export function checkState<O extends CommonOptions>(
  name: string,
  groups: readonly ParamGroup<O>[],
  state: OptimizerState,
  buffersOf: (options: ParamGroup<O>) => readonly string[],
  optional: readonly string[],
): void {
  const refuse = (problem: string) => {
    throw new RangeError(`${name}: ${problem}`);
  };
  if (!(state?.tensors instanceof Map))
    throw new TypeError(
      `${name}: expected the state that stateDict() gives, got ${describe(state)}`,
    );
  const sizes = (list: readonly { params?: unknown }[]) =>
    Array.isArray(list)
      ? list.map((group) => (Array.isArray(group?.params) ? group.params.length : 0)).join(" + ")
      : "nothing";
  if (sizes(state.groups) !== sizes(groups)) {
    refuse(`expected a state of groups of ${sizes(groups)} parameters, got ${sizes(state.groups)}`);
  }
  const all = groups.flatMap((group, i) => {
    const options = restored(group, state.groups[i]);
    const { initialLr = 0 } = options;
    if (!Number.isFinite(initialLr)) refuse(`expected initialLr to be a number, got ${initialLr}`);
    const names = [...new Set([...buffersOf(options), ...optional])];
    return group.params.map((param) => ({ param, names }));
  });
  const { steps, tensors } = state;
  const isCount = (step: unknown) => Number.isSafeInteger(step) && (step as number) >= 0;
  if (!Array.isArray(steps) || steps.length !== all.length || !steps.every(isCount)) {
    refuse(`expected the state to hold the steps of ${all.length} parameters`);
  }
  const expected = new Map<string, Tensor>(
    all.flatMap(({ param, names }, i) =>
      steps[i] > 0 ? names.map((name) => [`${i}.${name}`, param] as [string, Tensor]) : [],
    ),
  );
  for (const key of tensors.keys())
    if (!expected.has(key)) refuse(`unexpected ${key} in the state`);
  for (const [key, param] of expected) {
    const tensor = tensors.get(key);
    if (!tensor && optional.includes(key.slice(key.indexOf(".") + 1))) continue;
    if (!tensor) throw new RangeError(`${name}: ${key} is missing in the state`);
    checkTensor(name, key, tensor);
    if (!isShape(tensor.shape, param.shape))
      refuse(`expected ${key} of shape ${show(param.shape)}, got ${show(tensor.shape)}`);
  }
}
