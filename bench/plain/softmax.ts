/** Softmax of each row of `cols` values. */
export function plainSoftmax(x: Float32Array, cols: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let o = 0; o < x.length; o += cols) {
    let greatest = x[o];
    for (let c = 1; c < cols; c++) greatest = Math.max(greatest, x[o + c]);
    let sum = 0;
    for (let c = 0; c < cols; c++) {
      y[o + c] = Math.exp(x[o + c] - greatest);
      sum += y[o + c];
    }
    for (let c = 0; c < cols; c++) y[o + c] /= sum;
  }
  return y;
}
