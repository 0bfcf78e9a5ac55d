/**
 * c [m, n] (+)= a [m, k] · b [k, n]. It goes row by row of b, so that every inner loop runs along memory. It takes four
 * rows of b at a time: this needs a quarter of the loads and stores of c.
 */
export function plainMatmul(
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  m: number,
  n: number,
  k: number,
  add = false,
): void {
  if (!add) c.fill(0, 0, m * n);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    let p = 0;
    for (; p + 4 <= k; p += 4) {
      const a0 = a[i * k + p];
      const a1 = a[i * k + p + 1];
      const a2 = a[i * k + p + 2];
      const a3 = a[i * k + p + 3];
      let q = p * n;
      for (let j = row; j < row + n; j++, q++) {
        c[j] += a0 * b[q] + a1 * b[q + n] + a2 * b[q + 2 * n] + a3 * b[q + 3 * n];
      }
    }
    for (; p < k; p++) {
      const a0 = a[i * k + p];
      let q = p * n;
      for (let j = row; j < row + n; j++, q++) c[j] += a0 * b[q];
    }
  }
}

/** y [cols, rows] = x [rows, cols] transposed. */
export function plainTranspose(y: Float32Array, x: Float32Array, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) y[c * rows + r] = x[r * cols + c];
}
