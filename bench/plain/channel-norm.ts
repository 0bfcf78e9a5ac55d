import type { PlainNorm } from "./norm.js";

/** How x [batch, channels, length] is divided into sets. Each set has one mean and one variance. */
export interface Sets {
  batch: number;
  channels: number;
  length: number;
  /** The groups of each sample. 0 means batch norm: a set is a channel of the whole batch. */
  groups: number;
}

/** Batch norm in training, group norm, and instance norm (as many groups as channels). */
export function plainChannelNorm(
  { batch, channels, length, groups }: Sets,
  eps: number,
): PlainNorm & { means: Float32Array; variances: Float32Array } {
  const planes = batch * channels;
  const sets = groups === 0 ? channels : batch * groups;
  const runs = planes / sets;
  const step = groups === 0 ? channels : 1;
  const count = runs * length;
  const firstPlane = (s: number) => (groups === 0 ? s : s * runs);

  const y = new Float32Array(planes * length);
  const dx = new Float32Array(planes * length);
  const dWeight = new Float32Array(channels);
  const dBias = new Float32Array(channels);
  const means = new Float32Array(sets);
  const variances = new Float32Array(sets);
  let x: Float32Array = y;
  let weight: Float32Array = dWeight;

  const forward = (input: Float32Array, w: Float32Array, bias: Float32Array) => {
    x = input;
    weight = w;
    for (let s = 0; s < sets; s++) {
      const first = firstPlane(s);
      let mean = 0;
      for (let j = 0, p = first; j < runs; j++, p += step) {
        for (let i = p * length; i < (p + 1) * length; i++) mean += x[i];
      }
      mean /= count;
      let square = 0;
      for (let j = 0, p = first; j < runs; j++, p += step) {
        for (let i = p * length; i < (p + 1) * length; i++) square += (x[i] - mean) * (x[i] - mean);
      }
      const rstd = 1 / Math.sqrt(square / count + eps);
      for (let j = 0, p = first; j < runs; j++, p += step) {
        const a = rstd * w[p % channels];
        const b = bias[p % channels];
        for (let i = p * length; i < (p + 1) * length; i++) y[i] = (x[i] - mean) * a + b;
      }
      means[s] = mean;
      variances[s] = square / count;
    }
    return y;
  };

  const backward = (dy: Float32Array) => {
    dWeight.fill(0);
    dBias.fill(0);
    for (let s = 0; s < sets; s++) {
      const first = firstPlane(s);
      const mean = means[s];
      const rstd = 1 / Math.sqrt(variances[s] + eps);
      let m1 = 0;
      let m2 = 0;
      for (let j = 0, p = first; j < runs; j++, p += step) {
        let sum = 0;
        let product = 0;
        for (let i = p * length; i < (p + 1) * length; i++) {
          sum += dy[i];
          product += dy[i] * (x[i] - mean);
        }
        product *= rstd;
        const c = p % channels;
        dBias[c] += sum;
        dWeight[c] += product;
        m1 += sum * weight[c];
        m2 += product * weight[c];
      }
      m1 /= count;
      m2 *= rstd / count;
      for (let j = 0, p = first; j < runs; j++, p += step) {
        const w = weight[p % channels];
        for (let i = p * length; i < (p + 1) * length; i++) {
          dx[i] = rstd * (dy[i] * w - m1 - (x[i] - mean) * m2);
        }
      }
    }
    return { dx, dWeight, dBias };
  };
  return { forward, backward, means, variances };
}

/** running += momentum · (new − running), with the unbiased variance of `count` values. */
export function updateRunning(
  running: { mean: Float32Array; variance: Float32Array },
  means: Float32Array,
  variances: Float32Array,
  count: number,
  momentum = 0.1,
): void {
  for (let c = 0; c < means.length; c++) {
    running.mean[c] += momentum * (means[c] - running.mean[c]);
    running.variance[c] += momentum * ((variances[c] * count) / (count - 1) - running.variance[c]);
  }
}

/** Batch norm with given statistics: y = (x − mean)·rstd·weight + bias. */
export function plainNormalize(
  y: Float32Array,
  x: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  length: number,
  eps: number,
): void {
  const channels = mean.length;
  for (let p = 0; p * length < x.length; p++) {
    const c = p % channels;
    const a = weight[c] / Math.sqrt(variance[c] + eps);
    const m = mean[c];
    const b = bias[c];
    for (let i = p * length; i < (p + 1) * length; i++) y[i] = (x[i] - m) * a + b;
  }
}
