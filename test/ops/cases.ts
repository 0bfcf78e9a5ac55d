// Every public operation at least once. Tests that run all operations take them from here.
import * as ops from "../../src/ops/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import type { Shape, Tensor } from "../../src/tensor.js";
import { tensor } from "../../src/tensor.js";
import { direct, type Layout, type Method, turned } from "./layout-cases.js";

/** A call of an operation. All inputs want gradients; the `moved` tensors are its running statistics. */
export interface OpCase {
  inputs: Shape[];
  moved?: Shape[];
  /** Whether the inputs are positive; by default they are N(0, 1). */
  positive?: boolean;
  /** Returns the outputs. The backward pass starts from the first one. */
  op: (inputs: Tensor[], moved: Tensor[], runtime: Runtime) => Tensor | Tensor[];
}

const one = (shape: Shape, op: (x: Tensor) => Tensor | Tensor[]): OpCase => ({
  inputs: [shape],
  op: ([x]) => op(x),
});
const two = (a: Shape, b: Shape, op: (a: Tensor, b: Tensor) => Tensor): OpCase => ({
  inputs: [a, b],
  op: ([a, b]) => op(a, b),
});
const positive = (op: (x: Tensor) => Tensor): OpCase => ({ ...one([3, 5], op), positive: true });
const image: Shape = [2, 4, 5, 5];
const column = (n: number) => Array.from({ length: n }, (_, i) => i % 3);

/** The keys are "<name of the export>" or "<name of the export>, <variant>". */
const plain: Record<string, OpCase> = {
  adaIN: two(image, image, ops.adaIN),
  "adaIN, nhwc": two(image, image, (x, style) => ops.adaIN(x, style, { layout: "nhwc" })),
  adaLN: {
    inputs: [
      [2, 3, 5],
      [2, 5],
      [2, 5],
    ],
    op: ([x, a, b]) => ops.adaLN(x, a, b),
  },
  gatedAdd: {
    inputs: [
      [2, 3, 5],
      [2, 5],
      [2, 3, 5],
    ],
    op: ([x, gate, branch]) => ops.gatedAdd(x, gate, branch),
  },
  adaptiveAvgPool2d: one(image, (x) => ops.adaptiveAvgPool2d(x, 2)),
  "adaptiveAvgPool2d, to one": one(image, (x) => ops.adaptiveAvgPool2d(x, 1)),
  adaptiveAvgPool1d: one([2, 4, 5], (x) => ops.adaptiveAvgPool1d(x, 2)),
  add: two([3, 5], [3, 5], ops.add),
  "add, broadcast": two([3, 1, 5], [4, 1], ops.add),
  "add, a number": one([3, 5], (x) => ops.add(x, 2)),
  avgPool1d: one([4, 6], (x) => ops.avgPool1d(x, 2)),
  "avgPool2d, same, nhwc": one(image, (x) =>
    ops.avgPool2d(x, 2, { padding: "same", layout: "nhwc" }),
  ),
  "avgPool2d, more behind": one(image, (x) =>
    ops.avgPool2d(x, 2, {
      padding: [
        [0, 1],
        [0, 0],
      ],
    }),
  ),
  avgPool3d: one([2, 3, 4, 4, 4], (x) => ops.avgPool3d(x, 2)),
  avgPool2d: one(image, (x) => ops.avgPool2d(x, 2, { padding: 1 })),
  "batchNorm, activation": {
    inputs: [image, [4], [4]],
    moved: [[4], [4]],
    op: ([x, weight, bias], [runningMean, runningVar]) =>
      ops.batchNorm(x, {
        ...{ weight, bias, runningMean, runningVar },
        ...{ training: true, activation: "gelu" },
      }),
  },
  binaryCrossEntropyWithLogits: {
    inputs: [[3, 5], [3, 5], [5]],
    op: ([x, target, posWeight]) => ops.binaryCrossEntropyWithLogits(x, target, { posWeight }),
  },
  concat: two([3, 2], [3, 4], (a, b) => ops.concat([a, b], 1)),
  convTranspose2d: {
    inputs: [[2, 4, 3, 3], [4, 3, 2, 2], [3]],
    op: ([x, w, bias]) => ops.convTranspose2d(x, w, { bias, stride: 2, activation: "relu" }),
  },
  convTranspose1d: {
    inputs: [[2, 4, 3], [4, 3, 2], [3]],
    op: ([x, w, bias]) => ops.convTranspose1d(x, w, { bias, stride: 2, activation: "relu" }),
  },
  convTranspose3d: {
    inputs: [[2, 4, 3, 3, 3], [4, 3, 2, 2, 2], [3]],
    op: ([x, w, bias]) => ops.convTranspose3d(x, w, { bias, stride: 2, activation: "relu" }),
  },
  conv1d: {
    inputs: [[2, 4, 7], [6, 4, 3], [6]],
    op: ([x, w, bias]) => ops.conv1d(x, w, { bias, padding: "same", activation: "relu" }),
  },
  conv3d: {
    inputs: [[4, 5, 5, 5], [6, 4, 3, 3, 3], [6]],
    op: ([x, w, bias]) => ops.conv3d(x, w, { bias, stride: 2, padding: 1, activation: "silu" }),
  },
  "conv2d, nhwc, more behind": two([2, 5, 5, 4], [6, 4, 2, 2], (x, w) =>
    ops.conv2d(x, w, { padding: "same", layout: "nhwc" }),
  ),
  conv2d: {
    inputs: [image, [6, 4, 3, 3], [6]],
    op: ([x, w, bias]) => ops.conv2d(x, w, { bias, stride: 2, activation: "relu" }),
  },
  "conv2d, activation behind": two(image, [6, 4, 1, 1], (x, w) =>
    ops.conv2d(x, w, { activation: "silu" }),
  ),
  "conv2d, Winograd": two([2, 16, 12, 12], [16, 16, 3, 3], (x, w) =>
    ops.conv2d(x, w, { padding: 1 }),
  ),
  "conv2d, Winograd, strided": two([2, 32, 24, 24], [32, 32, 3, 3], (x, w) =>
    ops.conv2d(x, w, { padding: 1, stride: 2 }),
  ),
  "conv2d, columns of filters": two([1, 16, 12, 12], [1, 16, 5, 5], (x, w) =>
    ops.conv2d(x, w, { padding: 2 }),
  ),
  crmsNorm: two([3, 5], [5], (x, weight) => ops.crmsNorm(x, { weight })),
  crossEntropy: one([6, 3], (x) => ops.crossEntropy(x, column(6))),
  "crossEntropy, none": one([2, 3, 4], (x) =>
    ops.crossEntropy(x, column(8), { reduction: "none", labelSmoothing: 0.1 }),
  ),
  "crossEntropy, weights": one([2, 3, 4], (x) => {
    using weight = tensor([1, 2, 3], [3], { runtime: x.runtime });
    return ops.crossEntropy(x, column(8), { weight, labelSmoothing: 0.1 });
  }),
  "crossEntropy, probabilities": two([6, 3], [6, 3], (x, p) => ops.crossEntropy(x, p)),
  "crossEntropy, one": one([3], (x) => ops.crossEntropy(x, 1, { reduction: "none" })),
  div: two([3, 5], [3, 1], ops.div),
  "div, a number": one([3, 5], (x) => ops.div(2, x)),
  "div, rounded": two([3, 5], [3, 1], (a, b) => ops.div(a, b, { roundingMode: "floor" })),
  dropout: one([3, 50], (x) => ops.dropout(x)),
  "dropout, all": one([3, 5], (x) => ops.dropout(x, { p: 1 })),
  dropout2d: one(image, (x) => ops.dropout2d(x)),
  embedding: one([5, 3], (x) => ops.embedding(x, [4, 0, 4])),
  elu: one([3, 5], (x) => ops.elu(x)),
  exp: one([3, 5], ops.exp),
  flatten: one([2, 3, 4], (x) => ops.flatten(x, 1)),
  gelu: one([3, 5], (x) => ops.gelu(x)),
  "gelu, tanh": one([3, 5], (x) => ops.gelu(x, { approximate: "tanh" })),
  "groupNorm, activation": {
    inputs: [image, [4], [4]],
    op: ([x, weight, bias]) => ops.groupNorm(x, 2, { weight, bias, activation: "silu" }),
  },
  huberLoss: two([3, 5], [3, 5], (x, t) => ops.huberLoss(x, t, { delta: 0.5 })),
  interpolate: one([2, 3, 4, 4], (x) => ops.interpolate(x, { size: [3, 7] })),
  "interpolate, bilinear": one([2, 3, 4, 4], (x) =>
    ops.interpolate(x, { scaleFactor: 1.5, mode: "bilinear" }),
  ),
  klDiv: two([3, 5], [3, 5], (x, t) => ops.klDiv(x, t, { logTarget: true })),
  l1Loss: two([3, 5], [3, 5], (x, t) => ops.l1Loss(x, t)),
  layerNorm: {
    inputs: [[6, 5], [5], [5]],
    op: ([x, weight, bias]) => ops.layerNorm(x, [5], { weight, bias, activation: "gelu" }),
  },
  "layerNorm, long rows": {
    inputs: [[2, 20000], [20000], [20000]],
    op: ([x, weight, bias]) => ops.layerNorm(x, [20000], { weight, bias, activation: "relu" }),
  },
  addLayerNorm: {
    inputs: [[6, 5], [6, 5], [5], [5]],
    op: ([x, residual, weight, bias]) =>
      Object.values(ops.addLayerNorm(x, residual, [5], { weight, bias })),
  },
  "addLayerNorm, long rows": two([1, 40000], [1, 40000], (x, residual) => {
    const { output, sum } = ops.addLayerNorm(x, residual, [40000], { activation: "relu" });
    sum.dispose();
    return output;
  }),
  leakyRelu: one([3, 5], (x) => ops.leakyRelu(x)),
  linear: {
    inputs: [[7, 5], [3, 5], [3]],
    op: ([x, weight, bias]) => ops.linear(x, weight, bias, { activation: "relu" }),
  },
  "linear, long sums": two([4, 6000], [5, 6000], (x, weight) =>
    ops.linear(x, weight, null, { activation: "gelu" }),
  ),
  log: positive(ops.log),
  logSoftmax: one([3, 5], (x) => ops.logSoftmax(x)),
  matmul: two([3, 5], [5, 4], ops.matmul),
  "matmul, batches": two([2, 1, 3, 5], [4, 5, 2], ops.matmul),
  maxPool1d: one([2, 4, 6], (x) => ops.maxPool1d(x, 2)),
  "maxPool2d, indices": one(image, (x) => {
    const { output, indices } = ops.maxPool2d(x, 2, { returnIndices: true });
    indices.dispose();
    return output;
  }),
  maxPool3d: one([2, 3, 4, 4, 4], (x) => ops.maxPool3d(x, 2, { padding: 1 })),
  maxPool2d: one(image, (x) => ops.maxPool2d(x, 2)),
  mean: one([3, 4, 5], (x) => ops.mean(x, [0, 2])),
  meanVarianceNorm: one(image, (x) => ops.meanVarianceNorm(x)),
  "meanVarianceNorm, apart": one(image, (x) => ops.meanVarianceNorm(x, { axes: [1, 3] })),
  modulate: {
    inputs: [
      [3, 5],
      [3, 5],
      [3, 5],
    ],
    op: ([x, scale, shift]) => ops.modulate(x, scale, shift),
  },
  mseLoss: two([3, 5], [3, 5], (a, b) => ops.mseLoss(a, b)),
  "mseLoss, none": two([3, 5], [3, 5], (a, b) => ops.mseLoss(a, b, { reduction: "none" })),
  mul: two([3, 5], [3, 1], ops.mul),
  neg: one([3, 5], ops.neg),
  normalize: one([3, 5, 2], (x) => ops.normalize(x)),
  "normalize, p = 1, rows": one([3, 5], (x) => ops.normalize(x, { p: 1 })),
  pad: one([2, 3, 4], (x) => ops.pad(x, [1, 2, 2, 0], { mode: "reflect" })),
  "pad, a value": one([2, 3, 4], (x) => ops.pad(x, [1, 2, -1, 0], { value: 3 })),
  permute: one([2, 3, 4], (x) => ops.permute(x, [2, 1, 0])),
  positionalNorm: one(image, (x) => Object.values(ops.positionalNorm(x))),
  "positionalNorm, nhwc": one(image, (x) =>
    Object.values(ops.positionalNorm(x, { layout: "nhwc" })),
  ),
  "positionalNorm, deviation": one(image, (x) => {
    const { output, mean, std } = ops.positionalNorm(x, { correction: 1 });
    for (const rest of [output, mean]) rest.dispose();
    return std;
  }),
  revIN: one([2, 5, 3], (x) => Object.values(ops.revIN(x, { detach: false }))),
  "revIN, constants": one([2, 5, 3], (x) => Object.values(ops.revIN(x))),
  "revIN, last": one([2, 5, 3], (x) => Object.values(ops.revIN(x, { subtractLast: true }))),
  revINInverse: {
    inputs: [
      [2, 4, 3],
      [2, 1, 3],
      [2, 1, 3],
    ],
    op: ([y, mean, std]) => ops.revINInverse(y, { mean, std }),
  },
  momentShortcut: {
    inputs: [image, [2, 1, 5, 5], [2, 1, 5, 5]],
    op: ([x, mean, std]) => ops.momentShortcut(x, { mean, std }),
  },
  prelu: two(image, [4], ops.prelu),
  "powerNorm, groups": {
    inputs: [image],
    moved: [[4], [4]],
    op: ([x], [runningPhi, emaGz]) =>
      ops.powerNorm(x, { runningPhi, emaGz, groups: 2, training: true }),
  },
  qkNorm: {
    inputs: [[3, 5], [4, 5], []],
    op: ([q, k, scale]) => Object.values(ops.qkNorm(q, k, scale)),
  },
  relu: one([3, 5], ops.relu),
  reshape: one([3, 4], (x) => ops.reshape(x, [2, -1])),
  resizeNearest: one([2, 3, 4, 4], (x) => ops.resizeNearest(x, [3, 7])),
  rmsNorm: two([6, 5], [5], (x, weight) => ops.rmsNorm(x, [5], { weight, unitOffset: true })),
  "rmsNorm, partial": two([6, 5], [5], (x, weight) =>
    ops.rmsNorm(x, [5], { weight, partial: 0.5, epsOutside: true }),
  ),
  addRMSNorm: {
    inputs: [[6, 5], [6, 5], [5]],
    op: ([x, residual, weight]) =>
      Object.values(ops.addRMSNorm(x, residual, [5], { weight, unitOffset: true })),
  },
  scaledDotProductAttention: {
    inputs: [
      [2, 6, 4],
      [2, 5, 4],
      [2, 5, 4],
    ],
    op: ([q, k, v], _, runtime) => {
      using mask = tensor(Uint8Array.of(1, 1, 1, 1, 0), [1, 5], { runtime });
      return ops.scaledDotProductAttention(q, k, v, { heads: 2, mask });
    },
  },
  "scaledDotProductAttention, dropout": {
    inputs: [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 4],
    ],
    op: ([q, k, v], _, runtime) => {
      using mask = tensor(Uint8Array.of(1, 1, 1, 1, 0), [1, 5], { runtime });
      return ops.scaledDotProductAttention(q, k, v, { heads: 2, mask, dropout: 0.5 });
    },
  },
  "scaledDotProductAttention, kept weights": {
    inputs: [
      [3, 8],
      [4, 8],
      [4, 6],
    ],
    op: ([q, k, v]) => ops.scaledDotProductAttention(q, k, v, { causal: true }),
  },
  scaledWeightStandardization: two([4, 3, 2, 2], [4], (w, gain) =>
    ops.scaledWeightStandardization(w, { gain }),
  ),
  scaleNorm: two([3, 5], [], (x, scale) => ops.scaleNorm(x, scale)),
  sigmoid: one([3, 5], ops.sigmoid),
  silu: one([3, 5], ops.silu),
  slice: one([3, 5], (x) => ops.slice(x, 1, 1, 4)),
  smoothL1Loss: two([3, 5], [3, 5], (x, t) => ops.smoothL1Loss(x, t, { reduction: "none" })),
  softplus: one([3, 5], (x) => ops.softplus(x)),
  "softplus, straight soon": one([3, 5], (x) => ops.softplus(x, { beta: 2, threshold: 1 })),
  softmax: one([3, 5], (x) => ops.softmax(x)),
  spectralNorm: {
    inputs: [[4, 3, 2]],
    moved: [[4], [6]],
    op: ([w], [u, v]) => ops.spectralNorm(w, u, v, { iterations: 2 }),
  },
  sqrt: positive(ops.sqrt),
  sub: two([3, 5], [3, 1], ops.sub),
  "sub, from a number": one([3, 5], (x) => ops.sub(2, x)),
  sum: one([3, 4, 5], (x) => ops.sum(x)),
  "sum, pieces": one([40000, 3], (x) => ops.sum(x, 0)),
  syncBatchNorm: {
    inputs: [image, image, [4], [4]],
    moved: [[4], [4]],
    op: ([a, b, weight, bias], [runningMean, runningVar]) =>
      ops.syncBatchNorm([a, b], { weight, bias, runningMean, runningVar, training: true }),
  },
  tanh: one([3, 5], ops.tanh),
  transpose: one([3, 5], (x) => ops.transpose(x, 0, 1)),
  weightLengths: one([4, 3, 2], (w) => ops.weightLengths(w)),
  weightNorm: two([4, 3, 2], [4, 1, 1], (v, g) => ops.weightNorm(v, g)),
  weightStandardization: one([4, 3, 2, 2], (w) => ops.weightStandardization(w)),
};

const maskedNorms: Record<string, (x: Tensor, options: ops.BatchNormOptions) => Tensor> = {
  instanceNorm: (x, { training, ...o }) => ops.instanceNorm(x, { ...o, useInputStats: training }),
  batchNorm: ops.batchNorm,
  batchRenorm: ops.batchRenorm,
  batchInstanceNorm: (x, o) => ops.batchInstanceNorm(x, o.weight as Tensor, o),
  ghostBatchNorm: (x, o) => ops.ghostBatchNorm(x, { ...o, virtualBatchSize: 1 }),
  iterNorm: (x, { runningVar: runningWhitening, ...o }) =>
    ops.iterNorm(x, { ...o, runningWhitening }),
};

/** A norm over the valid positions alone. */
function masked(name: string, layout: "nchw" | "nhwc"): OpCase {
  return {
    inputs: [layout === "nchw" ? [2, 4, 5] : [2, 5, 4], [4], [4]],
    moved: [[4], name === "iterNorm" ? [1, 4, 4] : [4]],
    op: ([x, weight, bias], [runningMean, runningVar], runtime) => {
      using mask = tensor(Uint8Array.of(1, 1, 1, 0, 0, 1, 1, 1, 1, 0), [2, 5], { runtime });
      const statistics = { runningMean, runningVar, training: true };
      return maskedNorms[name](x, { weight, bias, ...statistics, layout, mask });
    },
  };
}

/** A case from a norm of layout-cases.ts. */
function ofMethod({ learned, moved, op }: Method, layout: Layout): OpCase {
  const shape = layout.layout === "nhwc" ? [3, 5, 5, 4] : [3, 4, 5, 5];
  return {
    inputs: [shape, ...learned(3, 4)],
    moved: moved?.(4),
    op: ([x, ...rest], statistics) => op(x, rest, statistics, layout),
  };
}

/** positionalNorm of layout-cases.ts calls two operations, which have their own cases above. */
const { positionalNorm: _, ...norms } = { ...direct, ...turned };

export const opCases: Record<string, OpCase> = {
  ...plain,
  ...Object.fromEntries(
    Object.keys(maskedNorms).flatMap((name) =>
      (["nchw", "nhwc"] as const).map((layout) => [
        `${name}, masked, ${layout}`,
        masked(name, layout),
      ]),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(norms).flatMap(([label, method]) =>
      (["nchw", "nhwc"] as const).map((layout) => {
        const [name, ...way] = label.split(/,? /);
        return [[name, [...way, layout].join(" ")].join(", "), ofMethod(method, { layout })];
      }),
    ),
  ),
};

/** The names of all operations. */
export const opNames = Object.entries(ops)
  .filter(([, value]) => typeof value === "function")
  .map(([name]) => name);
