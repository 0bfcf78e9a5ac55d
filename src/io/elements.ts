// The element types of files, by their names in safetensors, and what they become in tensors, whose dtypes are fewer.
import type { ArrayOf, DType, TypedArray } from "../dtype.js";
import { BF16, F16, fromHalf } from "./half.js";

/** The array that has the bits of each type. */
export const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type ElementType = keyof typeof ARRAYS;
export type Elements =
  | TypedArray
  | Uint16Array
  | BigUint64Array
  | Uint32Array
  | Int16Array
  | Int8Array;

export const isElementType = (value: unknown): value is ElementType =>
  typeof value === "string" && Object.hasOwn(ARRAYS, value);

/** The elements that these bytes are, without a copy where they lie so that an array can begin there. */
export function elementsIn(type: ElementType, bytes: Uint8Array): Elements {
  const { buffer, byteOffset, length } = bytes;
  const { BYTES_PER_ELEMENT: width } = ARRAYS[type];
  if (byteOffset % width) return elementsOf(type, bytes);
  return new ARRAYS[type](buffer as ArrayBuffer, byteOffset, length / width);
}

/** Refuses an element type that no tensor could take. `where` names the operation and the entry. */
export function knownType(where: string, type: string, hint = ""): ElementType {
  if (isElementType(type)) return type;
  const known = Object.keys(ARRAYS).join(", ");
  throw new RangeError(
    `${where}: expected a dtype of ${known}, got ${JSON.stringify(type)}${hint}`,
  );
}

/** A copy of the bytes as elements: a copy is aligned, a file is not. */
export const elementsOf = (type: ElementType, bytes: Uint8Array): Elements =>
  new ARRAYS[type](new Uint8Array(bytes).buffer);

/**
 * The elements in a dtype of tensors: their own, or int32 where every value fits, or float32 where that is exact.
 * Throws RangeError if there is none.
 */
export function tensorData(
  where: string,
  type: ElementType,
  elements: Elements,
  hint = "",
): ArrayOf[DType] {
  switch (type) {
    case "F16":
      return fromHalf(F16, elements as Uint16Array);
    case "BF16":
      return fromHalf(BF16, elements as Uint16Array);
    case "BOOL":
      return Int32Array.from(elements as Uint8Array, (byte) => Number(byte !== 0));
    case "I8":
    case "I16":
    case "U16":
      return Int32Array.from(elements as Int16Array);
    case "U32":
    case "U64":
      return narrowed(
        `${where}: neither int32 nor float32 holds all values of its ${type}${hint}`,
        elements as Uint32Array,
      );
    default:
      return elements as ArrayOf[DType];
  }
}

function narrowed(refusal: string, elements: Uint32Array | BigUint64Array): ArrayOf[DType] {
  let largest = 0;
  let exact = true;
  for (const element of elements) {
    const value = Number(element);
    largest = Math.max(largest, value);
    exact &&= Math.fround(value) === value && BigInt(value) === BigInt(element);
  }
  const fits = largest < 2 ** 31;
  if (!fits && !exact) throw new RangeError(refusal);
  const out = new (fits ? Int32Array : Float32Array)(elements.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(elements[i]);
  return out;
}
