/** The number of this kernel contract (from bit 1 on), and whether the build is the relaxed one (bit 0). */
export function abi(): i32 {
  return (3 << 1) | (ASC_FEATURE_RELAXED_SIMD ? 1 : 0);
}
