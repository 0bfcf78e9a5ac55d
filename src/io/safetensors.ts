import { call } from "../call.js";
import { isArray } from "../dtype.js";
import { checkTensor } from "../ops/check.js";
import { checkOptions, describe, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { type AnyTensor, type DType, tensor } from "../tensor.js";
import {
  ARRAYS,
  type Elements,
  type ElementType,
  elementsOf,
  isElementType,
  knownType,
  tensorData,
} from "./elements.js";
import { BF16, F16, toHalf } from "./half.js";
import {
  byteLength,
  isLengths,
  METADATA,
  parseHeader,
  type SafetensorsEntry,
  type SafetensorsMetadata,
} from "./safetensors-header.js";
import { parseIndex } from "./safetensors-index.js";
import { type Selection, select, selectionRules } from "./select.js";

export type { SafetensorsMetadata };

/** An array of a safetensors file. */
export interface SafetensorsArray {
  dtype: ElementType;
  shape: readonly number[];
  /** The number of elements is that of the shape. */
  data: Elements;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors): copies of its arrays, in the order of the
 * header. Throws RangeError for everything the format forbids and for a dtype that no tensor could take. The check is
 * done before any memory for data is allocated.
 */
export function parseSafetensors(
  bytes: Uint8Array,
  op = "parseSafetensors",
  selection: Selection = {},
): Map<string, SafetensorsArray> {
  const arrays = new Map<string, SafetensorsArray>();
  const { entries } = parseHeader(bytes, op);
  const wanted = [...select(op, entries.keys(), selection)].map((name) => {
    const entry = entries.get(name) as SafetensorsEntry;
    return { ...entry, name, dtype: knownType(whereIn(op, name), entry.dtype, leaveOut(name)) };
  });
  for (const { name, dtype, shape, begin, end } of wanted)
    arrays.set(name, { dtype, shape, data: elementsOf(dtype, bytes.subarray(begin, end)) });
  return arrays;
}

/** The `__metadata__` of a safetensors file, or {} if it has none. Throws as `parseSafetensors` does. */
export function safetensorsMetadata(
  bytes: Uint8Array,
  op = "safetensorsMetadata",
): SafetensorsMetadata {
  return parseHeader(bytes, op).metadata;
}

/**
 * Writes a safetensors file with its arrays in the order of the map. Throws TypeError if data and dtype do not agree,
 * and RangeError if data and shape do not agree.
 */
export function writeSafetensors(
  arrays: ReadonlyMap<string, SafetensorsArray>,
  metadata: SafetensorsMetadata = {},
): Uint8Array {
  // The JSON is built by hand: an object would move names such as "0" to the front.
  const fields = Object.keys(metadata).length > 0 ? [field(METADATA, metadata)] : [];
  let size = 0;
  for (const [name, array] of arrays) {
    checkArray(name, array);
    const begin = size;
    size += array.data.byteLength;
    const { dtype, shape } = array;
    fields.push(field(name, { dtype, shape, data_offsets: [begin, size] }));
  }
  const header = new TextEncoder().encode(`{${fields.join()}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(start + size).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(header, 8);
  let at = start;
  for (const { data } of arrays.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

export interface LoadSafetensorsOptions extends Selection {
  /** Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** The bytes of the files that an index (`*.safetensors.index.json`) names, by their names there. */
  shards?: Readonly<Record<string, Uint8Array>>;
}

const loadRules: Rules<LoadSafetensorsOptions> = {
  runtime: "Runtime",
  shards: "Object",
  ...selectionRules,
};

/**
 * The tensors of a safetensors file (https://github.com/huggingface/safetensors), such as a state dict, or of several
 * files with their index: `loadSafetensors(index, { shards })`. F16 and BF16 become float32, smaller integers and BOOL
 * int32, U32 and U64 int32 where every value fits, else float32 where that is exact.
 * @throws RangeError for everything the format forbids, for an entry that has no such form (`skip` leaves it out), and
 *   if memory is full
 */
export function loadSafetensors(
  bytes: Uint8Array,
  options: LoadSafetensorsOptions = {},
): Map<string, AnyTensor> {
  const op = "loadSafetensors";
  const { runtime, shards, ...selection } = checkOptions(op, options, loadRules);
  return call(op, () => {
    const tensors = new Map<string, AnyTensor>();
    const arrays = shards
      ? arraysOfShards(op, bytes, shards, selection)
      : parseSafetensors(bytes, op, selection);
    for (const [name, { dtype, shape, data }] of arrays) {
      const held = tensorData(whereIn(op, name), dtype, data, leaveOut(name));
      tensors.set(name, tensor(held, shape, { runtime }));
    }
    return tensors;
  });
}

function* arraysOfShards(
  op: string,
  index: Uint8Array,
  shards: Readonly<Record<string, Uint8Array>>,
  selection: Selection,
): Generator<[string, SafetensorsArray]> {
  const places = parseIndex(index, op);
  const names = [...select(op, places.keys(), selection)];
  for (const file of new Set(names.map((name) => places.get(name) as string))) {
    const only = names.filter((name) => places.get(name) === file);
    if (!Object.hasOwn(shards, file))
      throw new RangeError(
        `${op}: expected "${file}" in shards, where the index has ${JSON.stringify(only[0])}`,
      );
    yield* parseSafetensors(shards[file], `${op}: ${file}`, { only });
  }
}

/** Options of `saveSafetensors`. */
export interface SaveSafetensorsOptions {
  /** Write float32 and float64 tensors in 16 bits, each number rounded to the nearest, ties to even. */
  dtype?: "float16" | "bfloat16";
}

const saveRules: Rules<SaveSafetensorsOptions> = { dtype: ["float16", "bfloat16"] };

/**
 * A safetensors file of the tensors, in the order of the map. What is too large for float16 becomes infinite.
 * @throws TypeError for a value that is no tensor
 */
export function saveSafetensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  metadata?: SafetensorsMetadata,
  options: SaveSafetensorsOptions = {},
): Uint8Array {
  const { dtype: half } = checkOptions("saveSafetensors", options, saveRules);
  if (!(tensors instanceof Map))
    throw new TypeError("saveSafetensors: expected a Map of tensors by name, as stateDict() gives");
  for (const [key, text] of Object.entries(metadata ?? {}))
    if (typeof text !== "string")
      throw new TypeError(
        `saveSafetensors: expected metadata of texts by name, got ${describe(text)} for "${key}"`,
      );
  const arrays = new Map<string, SafetensorsArray>();
  for (const [name, tensor] of tensors as ReadonlyMap<string, AnyTensor>) {
    checkTensor("saveSafetensors", `"${name}"`, tensor, tensor?.dtype);
    const { dtype, shape, elements } = tensor;
    if (half && /^float/.test(dtype)) {
      const format = half === "float16" ? F16 : BF16;
      const data = toHalf(format, elements as Float32Array);
      arrays.set(name, { dtype: half === "float16" ? "F16" : "BF16", shape, data });
    } else arrays.set(name, { dtype: NAMES[dtype], shape, data: elements });
  }
  return writeSafetensors(arrays, metadata);
}

const NAMES: Record<DType, ElementType> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  int64: "I64",
  uint8: "U8",
};

const field = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

function checkArray(name: string, { dtype, shape, data }: SafetensorsArray): void {
  const which = `writeSafetensors: ${JSON.stringify(name)}`;
  if (name === METADATA) throw new RangeError(`${which}: this name is taken by the format`);
  if (!isElementType(dtype) || !isArray(data, ARRAYS[dtype].name)) {
    throw new TypeError(`${which}: ${String(dtype)} cannot be written from ${nameOf(data)}`);
  }
  if (!isLengths(shape) || byteLength(dtype, shape) !== data.byteLength) {
    throw new RangeError(`${which}: shape [${shape}] does not hold ${data.length} elements`);
  }
}

const whereIn = (op: string, name: string): string => `${op}: ${JSON.stringify(name)}`;
const leaveOut = (name: string): string => `; { skip: [${JSON.stringify(name)}] } loads the others`;

const nameOf = (value: unknown): string => Object(value).constructor?.name ?? typeof value;
