import { matmul, transpose } from "./matmul.js";

/** x [m, k] · weightᵀ [k, n] + bias [n], in float64. */
export function linear(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  m: number,
  n: number,
  k: number,
): Float64Array {
  return matmul(x, transpose(weight, k, n), m, n, k).map((y, i) => y + (bias ? bias[i % n] : 0));
}

export function linearBackward(
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  m: number,
  n: number,
  k: number,
): { dx: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const dBias = new Float64Array(n);
  for (let i = 0; i < m * n; i++) dBias[i % n] += dy[i];
  return {
    dx: matmul(dy, weight, m, k, n),
    dWeight: matmul(transpose(dy, n, m), x, n, k, m),
    dBias,
  };
}
