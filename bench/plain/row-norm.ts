import { type Shape, sizeOf } from "../../src/tensor.js";
import type { PlainNorm } from "./norm.js";

/** Layer norm of each row of `shape` [rows, cols]. If not `centred`, RMS norm (no mean, no bias). */
export function plainRowNorm(shape: Shape, eps: number, centred = true): PlainNorm {
  const cols = shape[shape.length - 1];
  const rows = sizeOf(shape) / cols;
  const y = new Float32Array(rows * cols);
  const dx = new Float32Array(rows * cols);
  const dWeight = new Float32Array(cols);
  const dBias = new Float32Array(cols);
  const means = new Float32Array(rows);
  const rstds = new Float32Array(rows);
  let x: Float32Array = y;
  let weight: Float32Array = dWeight;

  const forward = (input: Float32Array, w: Float32Array, bias: Float32Array) => {
    x = input;
    weight = w;
    for (let r = 0, o = 0; r < rows; r++, o += cols) {
      let mean = 0;
      if (centred) {
        for (let c = 0; c < cols; c++) mean += x[o + c];
        mean /= cols;
      }
      let square = 0;
      for (let c = 0; c < cols; c++) square += (x[o + c] - mean) * (x[o + c] - mean);
      const rstd = 1 / Math.sqrt(square / cols + eps);
      if (centred) {
        for (let c = 0; c < cols; c++) y[o + c] = (x[o + c] - mean) * rstd * w[c] + bias[c];
      } else {
        for (let c = 0; c < cols; c++) y[o + c] = x[o + c] * rstd * w[c];
      }
      means[r] = mean;
      rstds[r] = rstd;
    }
    return y;
  };

  const backward = (dy: Float32Array) => {
    dWeight.fill(0);
    dBias.fill(0);
    for (let r = 0, o = 0; r < rows; r++, o += cols) {
      const mean = means[r];
      const rstd = rstds[r];
      let m1 = 0;
      let m2 = 0;
      for (let c = 0; c < cols; c++) {
        const normalized = (x[o + c] - mean) * rstd;
        const g = dy[o + c];
        dWeight[c] += g * normalized;
        dBias[c] += g;
        m1 += g * weight[c];
        m2 += g * weight[c] * normalized;
      }
      m1 = centred ? m1 / cols : 0;
      m2 /= cols;
      for (let c = 0; c < cols; c++) {
        dx[o + c] = rstd * (dy[o + c] * weight[c] - m1 - (x[o + c] - mean) * rstd * m2);
      }
    }
    return { dx, dWeight, dBias };
  };
  return { forward, backward };
}
