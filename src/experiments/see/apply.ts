import { noGrad } from "../../autograd.js";
import { MinMaxScaler, Normalize, RobustScaler, StandardScaler } from "../../data/index.js";
import { FrozenBatchNorm2d } from "../../nn/batch-variants.js";
import { Conv2d } from "../../nn/conv.js";
import type { Module } from "../../nn/module.js";
import { BatchNorm2d } from "../../nn/norm.js";
import type { NormMethod } from "../../nn/norm-table.js";
import { permute } from "../../ops/shape/permute.js";
import { sizeOf } from "../../shape.js";
import { type Tensor, tensor, tidy } from "../../tensor.js";
import { isRefusal } from "../refusal.js";
import type { MapShape } from "../sets.js";
import { makeLayer } from "./layers.js";
import type { Made, Site } from "./made.js";

/** What a method made of its input, in the order [N, C, H·W]. */
export interface Applied {
  output: Float32Array;
  tokens: boolean;
  eps: number | null;
  gamma: Float32Array | null;
  beta: Float32Array | null;
  running: { mean: number[]; variance: number[] } | null;
}

/** Applies a method to feature maps, or to vectors [N, L, C]. Keeps no tensor. */
export function applyLayer(
  norm: string,
  site: Site,
  values: Float32Array,
  { training, seen }: { training: boolean; seen?: readonly number[] },
): Applied {
  const { shape, runtime } = site;
  return withoutTensors(() => {
    const made = makeLayer(norm, site);
    const { layer, tokens, eps, gamma, beta } = made;
    try {
      const x = inOrder(made, shape, tensor(values, shape, { runtime }));
      const earlier = seen ? mapsOf(made, site, seen) : x;
      if (layer instanceof FrozenBatchNorm2d) load(layer, earlier);
      else if (!training) trainOnce(layer, () => made.forward(earlier));
      layer.train(training);
      const running = training && !(layer instanceof FrozenBatchNorm2d) ? null : runningOf(made);
      const y = made.forward(x);
      const output = (tokens ? permute(y, [0, 2, 1]) : y).toArray();
      const [scale, shift] = [gamma, beta].map((of) => of && perElement(of, shape));
      return { output, tokens, eps, gamma: scale, beta: shift, running };
    } finally {
      layer.dispose();
    }
  });
}

const withoutTensors = <T>(run: () => T): T => tidy(() => noGrad(run));

function mapsOf(made: Made, { shape: [, ...sample], runtime }: Site, seen: readonly number[]) {
  const shape = [seen.length / sizeOf(sample), ...sample] as unknown as MapShape;
  return inOrder(made, shape, tensor(seen, shape, { runtime }));
}

/** x [N, C, H, W], or for methods of vectors [N, H·W, C]. */
function inOrder({ tokens }: Made, [n, c, h, w]: MapShape, x: Tensor): Tensor {
  return tokens ? permute(x.reshape([n, c, h * w]), [0, 2, 1]) : x;
}

/** One step in training, which moves running statistics. A batch that cannot be trained on moves nothing. */
function trainOnce(layer: Module, step: () => unknown): void {
  layer.train();
  try {
    step();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Gives a frozen batch norm the state of a batch norm that has seen the input once. */
function load(frozen: FrozenBatchNorm2d, x: Tensor): void {
  using source = new BatchNorm2d(x.shape[1], { runtime: x.runtime });
  trainOnce(source, () => source.forward(x));
  frozen.loadStateDict(source.stateDict());
}

function runningOf({ running }: Made): Applied["running"] {
  if (!running) return null;
  const variance = Array.from(running.variance.elements);
  return {
    mean: running.mean ? Array.from(running.mean.elements) : variance.map(() => 0),
    variance,
  };
}

/** The value for each element of [N, C, H, W], of a tensor [C], [N, C] or [N, C, H, W]. */
function perElement(of: Tensor, [n, c, h, w]: MapShape): Float32Array {
  const values = of.toArray();
  const plane = h * w;
  const at = [
    (i: number) => Math.floor(i / plane) % c,
    (i: number) => Math.floor(i / plane),
    (i: number) => i,
  ][Math.floor(of.shape.length / 2)];
  return Float32Array.from({ length: n * c * plane }, (_, i) => values[at(i)]);
}

const plain = { tokens: false, eps: null, gamma: null, beta: null, running: null };

/** The weight that a 1×1 convolution uses under a method, of a weight [N, C]. */
export function applyToWeight(
  { parametrize }: NormMethod,
  { shape: [n, c], runtime }: Site,
  values: Float32Array,
  training: boolean,
): Applied {
  return withoutTensors(() => {
    const conv = new Conv2d(c, n, 1, { bias: false, runtime });
    try {
      conv.weight.data.set(values);
      parametrize?.(conv);
      conv.train(training);
      return { ...plain, output: conv.weight.toArray() };
    } finally {
      conv.dispose();
    }
  });
}

/** Every channel has 0.5 for both. */
const given = (c: number) => new Array<number>(c).fill(0.5);

const scalers: Record<string, (c: number, values: Float32Array) => Float64Array> = {
  "standard-scaler": (c, x) => new StandardScaler(c).fit(x).transform(x),
  "min-max-scaler": (c, x) => new MinMaxScaler(c).fit(x).transform(x),
  "robust-scaler": (c, x) => new RobustScaler(c).fit(x).transform(x),
  normalize: (c, x) => new Normalize(given(c), given(c)).transform(x),
};

/** Scales rows of data [N, C]. */
export const applyToData = (name: string, c: number, values: Float32Array): Applied => ({
  ...plain,
  output: Float32Array.from(scalers[name](c, values)),
});
