/** A normalisation in plain TypeScript; it keeps its output arrays and the statistics of the last forward. */
export interface PlainNorm {
  forward(x: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array;
  backward(dy: Float32Array): { dx: Float32Array; dWeight: Float32Array; dBias: Float32Array };
}
