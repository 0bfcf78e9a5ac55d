/** [m, k]·[k, n] in float64, directly from the definition. */
export function matmul(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  n: number,
  k: number,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++)
      for (let j = 0; j < n; j++) c[i * n + j] += a[i * k + l] * b[l * n + j];
  return c;
}

/** The transpose [m, n] of an [n, m] matrix. */
export function transpose(a: ArrayLike<number>, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => a[(i % n) * m + Math.floor(i / n)]);
}

/** The gradients of a [m, k]·b [k, n] for dc [m, n]: dc·bᵀ and aᵀ·dc. */
export function matmulBackward(
  dc: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  n: number,
  k: number,
): { da: Float64Array; db: Float64Array } {
  return {
    da: matmul(dc, transpose(b, n, k), m, k, n),
    db: matmul(transpose(a, k, m), dc, k, n, m),
  };
}
