export type DType = "float32" | "float64" | "int32" | "uint8" | "int64";
/** The typed array that holds a dtype's elements. */
export interface ArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  int64: BigInt64Array;
}
export type TypedArray = ArrayOf[DType];

export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int64: BigInt64Array,
} as const;

/** The dtype a typed array's elements have; float32 for plain numbers. Throws TypeError for arrays that fit none. */
export function dtypeOf(list: TypedArray | readonly number[]): DType {
  const entry = Object.entries(arrays).find(([, type]) => list instanceof type);
  if (!entry && ArrayBuffer.isView(list)) {
    throw new TypeError(
      `tensor: no dtype for ${(list as object).constructor.name}; known: ${Object.keys(arrays).join(", ")}`,
    );
  }
  return (entry?.[0] as DType | undefined) ?? "float32";
}
