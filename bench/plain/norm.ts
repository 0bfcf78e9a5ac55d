/** A normalisation in plain TypeScript. It keeps its output arrays, and the statistics of the last forward pass. */
export interface PlainNorm {
  forward(x: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array;
  backward(dy: Float32Array): { dx: Float32Array; dWeight: Float32Array; dBias: Float32Array };
}
