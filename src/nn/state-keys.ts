// How the keys of a checkpoint become those of a module, and what to say where they do not.
import { describe, nearest } from "../options.js";
import type { AnyTensor } from "../tensor.js";

type State = ReadonlyMap<string, AnyTensor>;

export interface KeyOptions {
  /**
   * What the keys of the module begin with in the checkpoint, such as "module." (DataParallel) or "_orig_mod."
   * (torch.compile). Other keys are left out.
   */
  prefix?: string;
  /** The module's key for a key of the checkpoint (behind `prefix`); null leaves the tensor out. */
  rename?: (key: string) => string | null;
}

/** The state by the module's keys. Throws RangeError where two keys become one. */
export function renamed(state: State, { prefix = "", rename = (key) => key }: KeyOptions): State {
  if (!(state instanceof Map))
    throw new TypeError(
      "loadStateDict: expected a Map of tensors by key, as stateDict() and loadSafetensors() give",
    );
  const out = new Map<string, AnyTensor>();
  const origins = new Map<string, string>();
  for (const [key, value] of state as State) {
    const name = key.startsWith(prefix) ? rename(key.slice(prefix.length)) : null;
    if (name === null) continue;
    if (typeof name !== "string")
      throw new TypeError(
        `loadStateDict: expected rename("${key}") to be a text or null, got ${describe(name)}`,
      );
    if (out.has(name))
      throw new RangeError(
        `loadStateDict: "${origins.get(name)}" and "${key}" would both become "${name}"`,
      );
    origins.set(name, key);
    out.set(name, value);
  }
  if (state.size > 0 && out.size === 0 && prefix)
    throw new RangeError(
      `loadStateDict: no key begins with "${prefix}"; the first is "${[...state.keys()][0]}"`,
    );
  return out;
}

/** The ends of keys of parametrisations, and what PyTorch's older hooks put behind the weight's name. */
const hooks: Record<string, string> = {
  original0: "_g", // weight norm
  original1: "_v",
  original: "_orig", // spectral norm
  "0._u": "_u",
  "0._v": "_v",
};

/** The state with the keys of older hooks (`weight_g`, `weight_orig`, …) as those of the module's parametrisations. */
export function fromOldHooks(state: State, own: State): State {
  const moved = new Map<string, string>();
  for (const key of own.keys()) {
    const [, layer, weight, part] = /^(.*)parametrizations\.([^.]+)\.(.+)$/.exec(key) ?? [];
    if (part === undefined || state.has(key) || !Object.hasOwn(hooks, part)) continue;
    const old = layer + weight + hooks[part];
    if (!own.has(old)) moved.set(old, key);
  }
  return new Map([...state].map(([key, value]) => [moved.get(key) ?? key, value]));
}

/** Keys that are guessed one by one. */
const GUESSES = 3;

/** What keys that are missing may be called in the checkpoint. */
export function keyHints(missing: readonly string[], unexpected: readonly string[]): string[] {
  const there = new Set(unexpected);
  const [first] = missing;
  if (first === undefined || unexpected.length === 0) return [];
  const same = unexpected.find((key) => key.endsWith(`.${first}`));
  const prefix = same?.slice(0, -first.length) ?? "";
  if (prefix && missing.every((key) => there.has(prefix + key)))
    return [`They begin with "${prefix}" there: { prefix: "${prefix}" }.`];
  const own = unexpected.find((key) => first.endsWith(`.${key}`)) ?? "";
  const before = first.slice(0, first.length - own.length);
  if (own && missing.every((key) => there.has(key.slice(before.length))))
    return [`They lack "${before}" there: { rename: (key) => "${before}" + key }.`];
  return missing.slice(0, GUESSES).flatMap((key) => {
    const near = nearest(key, unexpected);
    return near === undefined ? [] : [`The nearest to "${key}" is "${near}".`];
  });
}
