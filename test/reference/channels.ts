// Indices and moments: the common part of the float64 oracles for channel-wise methods.
import { sizeOf } from "../../src/tensor.js";

/** The place of element i of [N, C, ...]. */
export function places(shape: readonly number[]) {
  const [, channels, ...space] = shape;
  const length = sizeOf(space);
  return {
    channelOf: (i: number) => Math.floor(i / length) % channels,
    planeOf: (i: number) => Math.floor(i / length),
    groupOf: (groups: number) => (i: number) => Math.floor(i / ((length * channels) / groups)),
  };
}

/** Mean and biased variance of the set that element i belongs to, for each i. */
export function momentsOf(x: Float64Array, setOf: (i: number) => number) {
  const count = new Map<number, number>();
  const add = (sums: Map<number, number>, i: number, value: number) =>
    sums.set(setOf(i), (sums.get(setOf(i)) ?? 0) + value);
  x.forEach((_, i) => {
    add(count, i, 1);
  });
  const averageOf = (sums: Map<number, number>, i: number) =>
    (sums.get(setOf(i)) ?? 0) / (count.get(setOf(i)) ?? 1);
  const first = new Map<number, number>();
  x.forEach((v, i) => {
    add(first, i, v);
  });
  // the mean is corrected by the mean difference from it: a constant set then has variance 0
  const rest = new Map<number, number>();
  x.forEach((v, i) => {
    add(rest, i, v - averageOf(first, i));
  });
  const mean = (i: number) => averageOf(first, i) + averageOf(rest, i);
  const squares = new Map<number, number>();
  x.forEach((v, i) => {
    add(squares, i, (v - mean(i)) ** 2);
  });
  return { mean, variance: (i: number) => averageOf(squares, i) };
}
