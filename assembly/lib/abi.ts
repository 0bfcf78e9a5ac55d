/** Number of this kernel contract (bits 1…) and whether the build is the relaxed one (bit 0). */
export function abi(): i32 {
  return (3 << 1) | (ASC_FEATURE_RELAXED_SIMD ? 1 : 0);
}
