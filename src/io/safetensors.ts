import { call } from "../call.js";
import { isArray } from "../dtype.js";
import { checkTensor } from "../ops/check.js";
import { checkOptions, describe, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { type AnyTensor, type ArrayOf, type DType, tensor } from "../tensor.js";
import {
  ARRAYS,
  byteLength,
  isDType,
  isLengths,
  METADATA,
  parseHeader,
  type SafetensorsDType,
  type SafetensorsMetadata,
} from "./safetensors-header.js";

export type { SafetensorsDType, SafetensorsMetadata };

/** An array of a safetensors file. */
export interface SafetensorsArray {
  dtype: SafetensorsDType;
  shape: readonly number[];
  /** The number of elements is that of the shape. */
  data: ArrayOf[DType];
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors): copies of its arrays, in the order of the
 * header. Throws RangeError for everything the format forbids and for a dtype that tensors do not have. The check is
 * done before any memory for data is allocated.
 */
export function parseSafetensors(
  bytes: Uint8Array,
  op = "parseSafetensors",
): Map<string, SafetensorsArray> {
  const arrays = new Map<string, SafetensorsArray>();
  for (const [name, { dtype, shape, begin, end }] of parseHeader(bytes, op).entries) {
    const { buffer } = new Uint8Array(bytes.subarray(begin, end)); // a copy is aligned, the file is not
    arrays.set(name, { dtype, shape, data: new ARRAYS[dtype](buffer) });
  }
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

const rules: Rules<{ runtime?: Runtime }> = { runtime: "Runtime" };

/**
 * The tensors of a safetensors file (https://github.com/huggingface/safetensors), such as a state dict.
 * @throws RangeError for everything the format forbids, for a dtype that tensors do not have, and if memory is full
 */
export function loadSafetensors(
  bytes: Uint8Array,
  options: { runtime?: Runtime } = {},
): Map<string, AnyTensor> {
  const { runtime } = checkOptions("loadSafetensors", options, rules);
  return call("loadSafetensors", () => {
    const tensors = new Map<string, AnyTensor>();
    for (const [name, { data, shape }] of parseSafetensors(bytes, "loadSafetensors"))
      tensors.set(name, tensor(data, shape, { runtime }));
    return tensors;
  });
}

/**
 * A safetensors file of the tensors, in the order of the map.
 * @throws TypeError for a value that is no tensor
 */
export function saveSafetensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  metadata?: SafetensorsMetadata,
): Uint8Array {
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
    arrays.set(name, { dtype: NAMES[dtype], shape, data: elements });
  }
  return writeSafetensors(arrays, metadata);
}

const NAMES: Record<DType, SafetensorsDType> = {
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
  if (!isDType(dtype) || !isArray(data, ARRAYS[dtype].name)) {
    throw new TypeError(`${which}: ${String(dtype)} cannot be written from ${nameOf(data)}`);
  }
  if (!isLengths(shape) || byteLength(dtype, shape) !== data.byteLength) {
    throw new RangeError(`${which}: shape [${shape}] does not hold ${data.length} elements`);
  }
}

const nameOf = (value: unknown): string => Object(value).constructor?.name ?? typeof value;
