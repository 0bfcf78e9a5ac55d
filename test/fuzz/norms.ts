// The common part of the norms' oracles: sets of numbers with their own statistics, and parameters.
import type { Layout } from "../../src/ops/index.js";
import { sizeOf } from "../../src/shape.js";
import { coordinates } from "../reference/broadcast.js";
import type { Pick } from "./draw.js";
import type { Node, Tape } from "./tape.js";

/** The sets of elements that differ only on `axes`. */
export function setsAlong(shape: readonly number[], axes: readonly number[]): number[][] {
  const sets = new Map<string, number[]>();
  for (let i = 0; i < sizeOf(shape); i++) {
    const key = coordinates(i, shape)
      .map((at, axis) => (axes.includes(axis) ? 0 : at))
      .join();
    sets.set(key, [...(sets.get(key) ?? []), i]);
  }
  return [...sets.values()];
}

/** (x − mean)/√(variance + eps) of each set, with divisor n − correction. Without `centre`, by the mean square. */
export function normalized(
  t: Tape,
  x: readonly Node[],
  sets: readonly (readonly number[])[],
  { eps = 1e-5, centre = true, correction = 0 } = {},
): Node[] {
  const y: Node[] = new Array(x.length);
  for (const set of sets) {
    if (set.length === 0) continue;
    const list = set.map((i) => x[i]);
    const centred = centre ? t.centre(list).centred : list;
    const variance = t.square(centred, Math.max(set.length - correction, 1));
    const rstd = t.pow(t.linear(variance, 1, eps), -0.5);
    set.forEach((i, k) => {
      y[i] = t.mul(centred[k], rstd);
    });
  }
  return y;
}

/** Mean and variance of each set. The divisor of the variance is n − correction, so that 0 gives the biased one. */
export function moments(t: Tape, x: readonly Node[], set: readonly number[], correction = 0) {
  const { mean, exact, centred } = t.centre(set.map((i) => x[i]));
  return {
    mean,
    exact,
    centred,
    variance: t.square(centred, Math.max(set.length - correction, 1)),
  };
}

/** y·weight + bias, if these exist. */
export const affine = (
  t: Tape,
  y: readonly Node[],
  parameterOf: (i: number) => number,
  weight?: readonly Node[] | null,
  bias?: readonly Node[] | null,
): Node[] =>
  y.map((a, i) => {
    const scaled = weight ? t.mul(a, weight[parameterOf(i)]) : a;
    return bias ? t.add(scaled, bias[parameterOf(i)]) : scaled;
  });

/** The positions of x [N, C, ...] or [N, ..., C]. */
export interface Channels {
  shape: readonly number[];
  layout: Layout;
  batch: number;
  channels: number;
  length: number;
  sampleOf: (i: number) => number;
  channelOf: (i: number) => number;
  positionOf: (i: number) => number;
  /** The index of channel c at position p of sample n. */
  at: (n: number, c: number, p: number) => number;
  /** The elements, grouped by a key made of their place. */
  sets: (key: (n: number, c: number, p: number) => number) => number[][];
}

export function channelsOf(shape: readonly number[], layout: Layout): Channels {
  const last = layout === "nhwc";
  const batch = shape[0];
  const channels = shape[last ? shape.length - 1 : 1];
  const length = sizeOf(last ? shape.slice(1, -1) : shape.slice(2));
  const sampleOf = (i: number) => Math.floor(i / (channels * length));
  const channelOf = (i: number) => (last ? i % channels : Math.floor(i / length) % channels);
  const positionOf = (i: number) => (last ? Math.floor(i / channels) % length : i % length);
  const at = (n: number, c: number, p: number) =>
    last ? (n * length + p) * channels + c : (n * channels + c) * length + p;
  const sets = (key: (n: number, c: number, p: number) => number) => {
    const found = new Map<number, number[]>();
    for (let i = 0; i < batch * channels * length; i++) {
      const k = key(sampleOf(i), channelOf(i), positionOf(i));
      const set = found.get(k);
      if (set) set.push(i);
      else found.set(k, [i]);
    }
    return [...found.values()];
  };
  return { shape, layout, batch, channels, length, sampleOf, channelOf, positionOf, at, sets };
}

export function drawChannels(
  pick: Pick,
  { least = 2, most = 4, channels = () => pick.length(12), largest = 500 } = {},
): Channels {
  const rank = pick.int(least, most);
  const batch = pick.length();
  const c = channels();
  const space = Array.from({ length: rank - 2 }, () => pick.length(11));
  while (batch * c * sizeOf(space) > largest && space.some((n) => n > 2))
    space[space.indexOf(Math.max(...space))] = 2;
  const layout = pick.one<Layout>("nchw", "nhwc");
  return channelsOf(layout === "nhwc" ? [batch, ...space, c] : [batch, c, ...space], layout);
}

export const perSample = (x: Channels) => (i: number) =>
  x.sampleOf(i) * x.channels + x.channelOf(i);
export const planeSets = (x: Channels) => x.sets((n, c) => n * x.channels + c);
export const positionSets = (x: Channels) => x.sets((n, _, p) => n * x.length + p);
const divisors = (n: number) =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
export const drawGroups = (pick: Pick, channels: number) => pick.one(...divisors(channels), 1);
