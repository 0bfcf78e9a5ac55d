/** softmax over the middle axis of x [outer, n, inner], or its logarithm. */
export function softmax(
  x: ArrayLike<number>,
  outer: number,
  n: number,
  inner: number,
  log = false,
): Float64Array {
  const y = new Float64Array(outer * n * inner);
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < inner; c++) {
      const at = Array.from({ length: n }, (_, i) => (o * n + i) * inner + c);
      const max = Math.max(...at.map((i) => x[i]));
      const sum = at.reduce((total, i) => total + Math.exp(x[i] - max), 0);
      for (const i of at) {
        y[i] = log ? x[i] - max - Math.log(sum) : Math.exp(x[i] - max) / sum;
      }
    }
  }
  return y;
}

/**
 * The mean of −ln softmax(x) at the target, over the rows of x [n, classes]. The part `smoothing` of the target is
 * spread over all classes.
 */
export function crossEntropy(
  x: ArrayLike<number>,
  targets: readonly number[],
  classes: number,
  smoothing = 0,
): Float64Array {
  const y = softmax(x, targets.length, classes, 1, true);
  return Float64Array.from(targets, (target, i) => {
    const row = y.subarray(i * classes, (i + 1) * classes);
    return row.reduce(
      (loss, v, k) => loss - v * (smoothing / classes + (k === target ? 1 - smoothing : 0)),
      0,
    );
  });
}
