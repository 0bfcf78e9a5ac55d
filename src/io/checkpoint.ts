// A training run in one safetensors file. The tensors of every part stand under "<part>.". Everything else of a part is
// JSON in the metadata.
import { call, onRefusal, onSuccess } from "../call.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { checkGeneratorState, Generator } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type AnyTensor, alias, changing, keep, tidy } from "../tensor.js";
import { loadSafetensors, safetensorsMetadata, saveSafetensors } from "./safetensors.js";

type Tensors = Map<string, AnyTensor>;

/**
 * Something with a state: tensors by name, as of a module, or JSON that may have `tensors`, as of an optimiser or a
 * schedule.
 */
export interface Stateful {
  /** The state: a Map of tensors, or an object of JSON that may have such a Map as `tensors`. */
  stateDict(): object;
  /** Throws what `loadStateDict` would throw, and changes nothing. */
  checkStateDict(state: never): unknown;
  /** Takes over such a state. */
  loadStateDict(state: never): unknown;
}

/** The parts of a checkpoint, by names of your choice: `{ model, optimizer, scheduler, generator }`. */
export type CheckpointParts = Record<string, Stateful | Generator>;

/** Options of `loadCheckpoint`. */
export interface LoadCheckpointOptions {
  /** Where the tensors of the file lie during the call. Default: the runtime of the parts. */
  runtime?: Runtime;
}

const rules: Rules<LoadCheckpointOptions> = { runtime: "Runtime" };

/** The metadata entry "evenkeel". */
interface Contents {
  version: 1;
  /** The JSON of each part; null for a part that has only tensors. */
  parts: Record<string, object | null>;
  metadata: unknown;
}

/**
 * A checkpoint as bytes. `metadata` is any JSON value.
 * @throws RangeError for a part with a dot in its name; TypeError for states or metadata that JSON cannot hold
 */
export function saveCheckpoint(parts: CheckpointParts, metadata: unknown = null): Uint8Array {
  const all: Tensors = new Map();
  const contents: Contents = { version: 1, parts: {}, metadata };
  for (const [name, part] of partsOf("saveCheckpoint", parts)) {
    if (name.includes("."))
      throw new RangeError(`saveCheckpoint: expected a part's name without a dot, got "${name}"`);
    const { tensors, json } = split(stateful(part).stateDict());
    for (const [key, value] of tensors) all.set(`${name}.${key}`, value);
    contents.parts[name] = json;
  }
  return saveSafetensors(all, { format: "pt", evenkeel: jsonOf(contents) });
}

/**
 * Loads the state of every part from the file, and returns the metadata. Other parts in the file are ignored. All
 * errors come before any part is changed.
 * @throws RangeError for bytes that are no checkpoint or lack a part, and every error of the parts
 */
export function loadCheckpoint(
  bytes: Uint8Array,
  parts: CheckpointParts,
  options: LoadCheckpointOptions = {},
): unknown {
  checkOptions("loadCheckpoint", options, rules);
  const own = partsOf("loadCheckpoint", parts);
  const { runtime = runtimeOf(own) } = options;
  const contents = contentsOf("loadCheckpoint", bytes);
  return call("loadCheckpoint", () =>
    tidy(() => {
      const all = loadSafetensors(bytes, { runtime });
      const loads = own.map(([name, part]) => {
        if (!Object.hasOwn(contents.parts, name))
          throw new RangeError(`loadCheckpoint: there is no part "${name}" in the file`);
        const mine = [...all].filter(([key]) => key.startsWith(`${name}.`));
        const tensors = new Map(mine.map(([key, value]) => [key.slice(name.length + 1), value]));
        const json = contents.parts[name];
        return { target: stateful(part), state: json === null ? tensors : { ...json, tensors } };
      });
      for (const { target, state } of loads) target.checkStateDict(state as never);
      for (const { target, state } of loads) {
        takeBack(target);
        target.loadStateDict(state as never);
      }
      return contents.metadata;
    }),
  );
}

/**
 * If the call is refused, gives `target` its present state back, whether it overwrites its tensors or replaces them.
 */
function takeBack(target: Stateful): void {
  const { tensors, json } = split(target.stateDict());
  // keeps the memory of tensors that `target` gives away, and the version of their values
  const held = [...tensors].map(([key, tensor]) => [key, keep(alias(tensor))] as const);
  const before = json ? { ...structuredClone(json), tensors: new Map(held) } : new Map(held);
  onRefusal(() => {
    for (const [, tensor] of held) tensor.storage.version = tensor.version;
  });
  onRefusal(() => target.loadStateDict(before as never));
  for (const [, tensor] of held) changing(tensor);
  onSuccess(() => {
    for (const [, tensor] of held) tensor.dispose();
  });
}

/**
 * The metadata of a checkpoint; nothing else is read.
 * @throws RangeError for bytes that are no checkpoint
 */
export const checkpointMetadata = (bytes: Uint8Array): unknown =>
  contentsOf("checkpointMetadata", bytes).metadata;

function jsonOf(contents: Contents): string {
  try {
    return JSON.stringify(contents);
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0];
    throw new TypeError(`saveCheckpoint: expected metadata and states that JSON can hold: ${why}`, {
      cause,
    });
  }
}

/** The parts by name. Throws TypeError if one has no state. */
function partsOf(op: string, parts: CheckpointParts): [string, Stateful | Generator][] {
  if (typeof parts !== "object" || parts === null)
    throw new TypeError(
      `${op}: expected parts such as { model, optimizer }, got ${describe(parts)}`,
    );
  const list = Object.entries(parts);
  for (const [name, part] of list) {
    if (typeof (part as Partial<Stateful> | null)?.stateDict === "function") continue;
    if (part instanceof Generator) continue;
    throw new TypeError(`${op}: expected "${name}" to have a stateDict(), or to be a Generator`);
  }
  return list;
}

function contentsOf(op: string, bytes: Uint8Array): Contents {
  const { evenkeel: text } = safetensorsMetadata(bytes, op);
  let contents: Contents | null = null;
  try {
    contents = JSON.parse(text);
  } catch {}
  if (contents?.version !== 1 || typeof contents.parts !== "object" || contents.parts === null) {
    throw new RangeError(`${op}: this file holds tensors but no checkpoint of evenkeel's`);
  }
  return contents;
}

function split(state: object): { tensors: Tensors; json: object | null } {
  if (state instanceof Map) return { tensors: state, json: null };
  const { tensors = new Map(), ...json } = state as { tensors?: Tensors };
  return { tensors, json };
}

/** The bytes of a generator become a list of numbers. */
function stateful(part: Stateful | Generator): Stateful {
  if (!(part instanceof Generator)) return part;
  const isByte = (value: unknown) =>
    Number.isInteger(value) && 0 <= (value as number) && (value as number) <= 255;
  const bytesOf = ({ state }: { state: unknown }) => {
    const bytes = Array.isArray(state) ? state : [];
    if (!bytes.every(isByte))
      throw new RangeError("Generator: expected the state to be a list of bytes");
    return Uint8Array.from(bytes);
  };
  return {
    stateDict: () => ({ state: [...part.getState()] }),
    checkStateDict: (state) => checkGeneratorState(bytesOf(state)),
    loadStateDict: (state) => part.setState(bytesOf(state)),
  };
}

function runtimeOf(parts: readonly [string, Stateful | Generator][]): Runtime | undefined {
  for (const [, part] of parts) {
    for (const { runtime } of split(stateful(part).stateDict()).tensors.values()) return runtime;
  }
  return undefined;
}
