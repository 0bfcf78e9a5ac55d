// Weights and gradients that are not finite: what does not meet them keeps its bits.
import { empty, type Tensor } from "../tensor.js";
import type { Epilogue } from "./epilogue.js";
import { wildChannels } from "./winograd-wild.js";

/** Whether all elements are finite: channels that weigh evenly are. */
export function allFinite(t: Tensor): boolean {
  return wildChannels(t).length === 0 || t.elements.every(Number.isFinite);
}

/** Whether weight [rows, …] times scale [rows] is all within float32, with no digits lost below its normal numbers. */
export function isScalable(weight: Tensor, scale: Tensor): boolean {
  const moderate = scale.elements.every(
    (s) => s === 0 || (Math.abs(s) > 1e-15 && Math.abs(s) < 1e20),
  );
  if (moderate && wildChannels(weight).length === 0) return true; // which are below 1e15
  const pitch = weight.size / scale.size;
  return weight.elements.every((w, i) => {
    const product = Math.abs(w * scale.elements[Math.floor(i / pitch)]);
    return product < 3e38 && (product > 1.2e-38 || product === 0);
  });
}

/** A copy with zeros for what is not finite: a sum with 0·x is the same to the bit as one without. */
export function finiteOf(t: Tensor): Tensor {
  const out = empty(t.runtime, t.shape);
  out.elements.set(t.elements.map((v) => (Number.isFinite(v) ? v : 0)));
  return out;
}

/** Writes those sums to y [N, C, H, W] that are not finite, and what comes after them. */
export function takeInfinite(y: Tensor, sums: Tensor, { bias, relu }: Epilogue = {}): void {
  const [, channels, height, width] = y.shape;
  const to = y.elements;
  sums.elements.forEach((sum, i) => {
    if (Number.isFinite(sum)) return;
    const channel = Math.floor(i / (height * width)) % channels;
    const value = bias ? sum + bias.elements[channel] : sum;
    to[i] = relu && value <= 0 ? 0 : value; // NaN stays
  });
}
