/** The types of elements. Operations compute in float32; the others hold indices, masks and statistics. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "int64";
/** The typed array that holds a dtype's elements. */
export interface ArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  int64: BigInt64Array;
}
/** The typed array of a dtype in its own memory, which is never shared. */
export interface CopyOf {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
}
export type TypedArray = ArrayOf[DType];

export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int64: BigInt64Array,
} as const;

/**
 * Whether a value is a typed array of this name, from any realm: an array from an iframe is no instance of the page's
 * class.
 */
export const isArray = (value: unknown, name: string): boolean =>
  ArrayBuffer.isView(value) && (value as never)[Symbol.toStringTag] === name;

export const isBytes = (value: unknown): value is Uint8Array => isArray(value, "Uint8Array");

/**
 * The dtype of a typed array's elements; float32 for plain numbers. Throws TypeError for an array that fits no dtype.
 */
export function dtypeOf(list: TypedArray | readonly number[]): DType {
  const entry = Object.entries(arrays).find(([, type]) => isArray(list, type.name));
  if (!entry && ArrayBuffer.isView(list)) {
    throw new TypeError(
      `tensor: no dtype for ${(list as object).constructor.name}; known: ${Object.keys(arrays).join(", ")}`,
    );
  }
  return (entry?.[0] as DType | undefined) ?? "float32";
}
