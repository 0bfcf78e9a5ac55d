// The parts of NormResNet that are neither convolution nor norm, in plain TypeScript.

/** In place: y = max(0, y). */
export function plainRelu(y: Float32Array): void {
  for (let i = 0; i < y.length; i++) if (y[i] < 0) y[i] = 0;
}

/** In place: keeps dy where y > 0, else sets 0. */
export function plainReluBackward(dy: Float32Array, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) if (!(y[i] > 0)) dy[i] = 0;
}

/** The mean of each plane of `area` floats. */
export function plainPool(x: Float32Array, area: number): Float32Array {
  const y = new Float32Array(x.length / area);
  for (let p = 0; p < y.length; p++) {
    let sum = 0;
    for (let i = p * area; i < (p + 1) * area; i++) sum += x[i];
    y[p] = sum / area;
  }
  return y;
}

/** x [rows, cols]·weight [out, cols]ᵀ + bias. */
export function plainLinear(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  rows: number,
): Float32Array {
  const cols = x.length / rows;
  const y = new Float32Array(rows * bias.length);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < bias.length; o++) {
      let sum = bias[o];
      for (let c = 0; c < cols; c++) sum += x[r * cols + c] * weight[o * cols + c];
      y[r * bias.length + o] = sum;
    }
  }
  return y;
}

export function plainLinearBackward(
  dy: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  rows: number,
): { dx: Float32Array; dWeight: Float32Array; dBias: Float32Array } {
  const cols = x.length / rows;
  const outs = dy.length / rows;
  const dx = new Float32Array(x.length);
  const dWeight = new Float32Array(weight.length);
  const dBias = new Float32Array(outs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outs; o++) {
      const g = dy[r * outs + o];
      dBias[o] += g;
      for (let c = 0; c < cols; c++) {
        dx[r * cols + c] += g * weight[o * cols + c];
        dWeight[o * cols + c] += g * x[r * cols + c];
      }
    }
  }
  return { dx, dWeight, dBias };
}

/** Mean cross-entropy of logits [rows, classes], and its gradient. */
export function plainCrossEntropy(
  logits: Float32Array,
  targets: Int32Array,
): { loss: number; gradient: Float32Array } {
  const rows = targets.length;
  const classes = logits.length / rows;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const row = logits.subarray(r * classes, (r + 1) * classes);
    let largest = -Infinity;
    for (const value of row) largest = Math.max(largest, value);
    let sum = 0;
    for (const value of row) sum += Math.exp(value - largest);
    loss += Math.log(sum) + largest - row[targets[r]];
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(row[c] - largest) / sum;
      gradient[r * classes + c] = (probability - (c === targets[r] ? 1 : 0)) / rows;
    }
  }
  return { loss: loss / rows, gradient };
}

/** Adam with PyTorch's defaults. It keeps its moments between steps. */
export function plainAdam(parameters: readonly Float32Array[], lr: number) {
  const state = parameters.map(({ length }) => ({
    m: new Float32Array(length),
    v: new Float32Array(length),
  }));
  let step = 0;
  return (gradients: readonly Float32Array[]): void => {
    step++;
    const scale = lr / (1 - 0.9 ** step);
    const correction = 1 / Math.sqrt(1 - 0.999 ** step);
    parameters.forEach((parameter, k) => {
      const gradient = gradients[k];
      const { m, v } = state[k];
      for (let i = 0; i < parameter.length; i++) {
        m[i] += 0.1 * (gradient[i] - m[i]);
        v[i] += 0.001 * (gradient[i] * gradient[i] - v[i]);
        parameter[i] -= (scale * m[i]) / (Math.sqrt(v[i]) * correction + 1e-8);
      }
    });
  };
}
