// Weights and gradients that are not finite. What does not meet them keeps its bits.
import { tileVerdict } from "../../runtime/kernels.js";
import { alias, empty, type Tensor, temporary } from "../../tensor.js";
import type { Epilogue } from "./epilogue.js";

/**
 * The channels of planes [images, channels, height, width] that have few values, for whose gradient Winograd would
 * leak, or have values that are not finite.
 */
export function wildChannels(planes: Tensor): number[] {
  const { runtime } = planes;
  const [images, channels, height, width] = planes.shape;
  const plane = height * width;
  using wild = temporary(runtime, [channels]);
  const args = [wild.ptr, planes.ptr, images, channels, plane] as const;
  runtime.run("wildChannels", channels, images * plane, args);
  const { elements } = wild;
  return [...elements.keys()].filter((c) => elements[c] === tileVerdict.wild);
}

/** For up to so many elements a loop is faster than a kernel: 2 µs instead of 10 µs for 1,000 elements. */
const FEW = 8192;

/** Whether all elements of a tensor of any shape are finite. */
export function allFinite(t: Tensor): boolean {
  const { shape, size, elements } = t;
  if (size <= FEW) {
    let zero = 0;
    for (let i = 0; i < size; i++) zero += elements[i] * 0;
    return zero === 0;
  }
  // Channels of values of like weight are finite.
  using planes = alias(t, shape.length === 4 ? shape : [1, shape[0], 1, size / shape[0]]);
  return wildChannels(planes).length === 0 || elements.every(Number.isFinite);
}

/** Whether weight [rows, …] times scale [rows] is all within float32, with no digits lost below its normal numbers. */
export function isScalable(weight: Tensor, scale: Tensor): boolean {
  const moderate = scale.elements.every(
    (s) => s === 0 || (Math.abs(s) > 1e-15 && Math.abs(s) < 1e20),
  );
  if (moderate && wildChannels(weight).length === 0) return true; // all weights are below 1e15 then
  const pitch = weight.size / scale.size;
  return weight.elements.every((w, i) => {
    const product = Math.abs(w * scale.elements[Math.floor(i / pitch)]);
    return product < 3e38 && (product > 1.2e-38 || product === 0);
  });
}

/** A copy with zeros for what is not finite. A sum with 0·x is the same to the bit as a sum without it. */
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
