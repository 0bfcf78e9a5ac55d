import { erf } from "./erf.js";

const logistic = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

/** Activations in float64, one number at a time. */
export const activations = {
  relu: (x: number) => Math.max(x, 0),
  gelu: (x: number) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  silu: (x: number) => x * logistic(x),
};

/** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
export const geluTanh = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** The derivatives. That of relu is 1 unless x ≤ 0, so it is 1 for NaN, as in PyTorch. */
export const slopes = {
  relu: (x: number) => (x <= 0 ? 0 : 1),
  gelu: (x: number) =>
    0.5 * (1 + erf(x * Math.SQRT1_2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  silu: (x: number) => logistic(x) * (1 + x * logistic(-x)),
};
