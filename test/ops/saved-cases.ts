// Every operation that records a gradient, with inputs that it may save: the table of saved.test.ts.
import * as ops from "../../src/ops/index.js";
import { Generator } from "../../src/random.js";
import type { AnyTensor, Shape, Tensor } from "../../src/tensor.js";

/** A parameter of this shape, a buffer, or integers of another dtype. */
export type Input =
  | Shape
  | { buffer: Shape; state?: boolean }
  | { integers: Int32Array | Uint8Array };
// biome-ignore lint/suspicious/noExplicitAny: what the ops take is as different as they are
export type Call = (...inputs: any[]) => unknown;

const [image, rows, maps] = [
  [2, 4, 3, 3],
  [3, 5],
  [2, 4, 6, 6],
];
const [four, five] = [[4], [5]];
const buffer = (...shape: number[]) => ({ buffer: shape });
const mask = (t: AnyTensor) => t.reshape([2, 3, 3]);
const ofMask = { integers: Uint8Array.from({ length: 18 }, (_, i) => +(i % 3 > 0)) };
const tracked = [image, four, four, buffer(4), buffer(4)];
const stats = (weight: Tensor, bias: Tensor, runningMean: Tensor, runningVar: Tensor) => ({
  ...{ weight, bias, runningMean, runningVar },
});
const { exp, log, neg, relu, sigmoid, silu, sqrt, tanh } = ops;
const unaries = { exp, log, neg, relu, sigmoid, silu, sqrt, tanh };

const four4 = (list: Tensor[]) => list as [Tensor, Tensor, Tensor, Tensor];

/** The name of the operation with the variant of the row, its inputs, and the call. */
export const table: [name: string, inputs: Input[], call: Call][] = [
  ...Object.entries(unaries).map(([name, op]): [string, Input[], Call] => [name, [rows], op]),
  ["gelu", [rows], (x) => ops.gelu(x)],
  ["gelu tanh", [rows], (x) => ops.gelu(x, { approximate: "tanh" })],
  ["leakyRelu", [rows], (x) => ops.leakyRelu(x)],
  ["elu", [rows], (x) => ops.elu(x)],
  ["prelu", [image, four], ops.prelu],
  ["div rounded", [rows, five], (a, b) => ops.div(a, b, { roundingMode: "trunc" })],
  ["pad", [image], (x) => ops.pad(x, [1, 1, 2, 0], { mode: "replicate" })],
  ["interpolate", [image], (x) => ops.interpolate(x, { size: 5, mode: "bilinear" })],
  ["conv1d", [[2, 4, 6], [3, 4, 3], [3]], (x, w, bias) => ops.conv1d(x, w, { bias, padding: 1 })],
  [
    "conv3d",
    [[2, 2, 4, 4, 4], [3, 2, 2, 2, 2], [3]],
    (x, w, bias) => ops.conv3d(x, w, { bias, padding: "same" }),
  ],
  [
    "convTranspose1d",
    [[2, 4, 3], [4, 3, 3], [3]],
    (x, w, bias) => ops.convTranspose1d(x, w, { bias, stride: 2 }),
  ],
  [
    "convTranspose3d relu",
    [[2, 2, 2, 2, 2], [2, 3, 2, 2, 2], [3]],
    (x, w, bias) => ops.convTranspose3d(x, w, { bias, activation: "relu" }),
  ],
  ["adaptiveAvgPool1d", [[2, 4, 6]], (x) => ops.adaptiveAvgPool1d(x, 4)],
  ["avgPool1d", [[2, 4, 6]], (x) => ops.avgPool1d(x, 2)],
  ["avgPool3d", [[2, 2, 4, 4, 4]], (x) => ops.avgPool3d(x, 2)],
  ["maxPool1d", [[2, 4, 6]], (x) => ops.maxPool1d(x, 2)],
  ["maxPool3d", [[2, 2, 4, 4, 4]], (x) => ops.maxPool3d(x, 2)],
  ["softplus", [rows], (x) => ops.softplus(x)],
  ["add", [rows, five], ops.add],
  ["sub", [rows, five], ops.sub],
  ["mul", [rows, five], ops.mul],
  ["div", [rows, five], ops.div],
  ["sum", [rows], (x) => ops.sum(x, 0)],
  ["mean", [rows], (x) => ops.mean(x, 1)],
  ["softmax", [rows], (x) => ops.softmax(x)],
  ["logSoftmax", [rows], (x) => ops.logSoftmax(x, 0)],
  ["matmul", [rows, [5, 2]], ops.matmul],
  [
    "matmul batch",
    [
      [2, 3, 5],
      [1, 5, 2],
    ],
    ops.matmul,
  ],
  ["linear", [rows, [4, 5], four], (x, w, b) => ops.linear(x, w, b)],
  ["linear relu", [rows, [4, 5], four], (x, w, b) => ops.linear(x, w, b, { activation: "relu" })],
  ["linear silu", [rows, [4, 5], four], (x, w, b) => ops.linear(x, w, b, { activation: "silu" })],
  ["conv2d", [maps, [3, 4, 3, 3], [3]], (x, w, bias) => ops.conv2d(x, w, { bias })],
  [
    "conv2d relu, groups, strides",
    [maps, [4, 2, 3, 3], four],
    (x, w, bias) => ops.conv2d(x, w, { bias, groups: 2, stride: 2, activation: "relu" }),
  ],
  [
    "conv2d by Winograd",
    [
      [1, 8, 12, 12],
      [8, 8, 3, 3],
    ],
    (x, w) => ops.conv2d(x, w, { padding: 1 }),
  ],
  [
    "convTranspose2d",
    [image, [4, 3, 3, 3], [3]],
    (x, w, bias) => ops.convTranspose2d(x, w, { bias, stride: 2 }),
  ],
  [
    "convTranspose2d relu",
    [image, [4, 3, 3, 3], [3]],
    (x, w, bias) => ops.convTranspose2d(x, w, { bias, activation: "relu" }),
  ],
  ["reshape", [rows], (x) => ops.reshape(x, [5, 3])],
  ["flatten", [image], (x) => ops.flatten(x, 1)],
  ["permute", [image], (x) => ops.permute(x, [2, 0, 3, 1])],
  ["transpose", [rows], (x) => ops.transpose(x, 0, 1)],
  ["concat", [rows, [2, 5]], (...parts) => ops.concat(parts)],
  ["slice", [rows], (x) => ops.slice(x, 1, 1, 3)],
  ["avgPool2d", [maps], (x) => ops.avgPool2d(x, 2)],
  ["maxPool2d", [maps], (x) => ops.maxPool2d(x, 2)],
  ["adaptiveAvgPool2d", [maps], (x) => ops.adaptiveAvgPool2d(x, 1)],
  ["adaptiveAvgPool2d 4", [maps], (x) => ops.adaptiveAvgPool2d(x, 4)],
  ["resizeNearest", [image], (x) => ops.resizeNearest(x, [5, 7])],
  ["embedding", [[6, 4], { integers: Int32Array.of(1, 3, 3, 5) }], ops.embedding],
  ["dropout", [rows], (x) => ops.dropout(x, { generator: new Generator(1) })],
  ["dropout2d", [image], (x) => ops.dropout2d(x, { generator: new Generator(1) })],
  ["crossEntropy", [rows, { integers: Int32Array.of(1, 0, 4) }], (x, t) => ops.crossEntropy(x, t)],
  [
    "crossEntropy of maps",
    [[2, 4, 3], { integers: Int32Array.of(1, 0, 3, 2, 2, 1) }],
    (x, t) => ops.crossEntropy(x, t.reshape([2, 3])),
  ],
  [
    "crossEntropy of weights",
    [rows, { integers: Int32Array.of(1, 0, 4) }, { buffer: [5] }],
    (x, t, weight) => ops.crossEntropy(x, t, { weight }),
  ],
  ["crossEntropy of probabilities", [rows, rows], (x, p) => ops.crossEntropy(x, p)],
  ["l1Loss", [rows, rows], (x, y) => ops.l1Loss(x, y)],
  ["smoothL1Loss", [rows, rows], (x, y) => ops.smoothL1Loss(x, y, { reduction: "none" })],
  ["huberLoss", [rows, rows], (x, y) => ops.huberLoss(x, y, { delta: 0.1 })],
  ["klDiv", [rows, rows], (x, y) => ops.klDiv(x, y)],
  [
    "binaryCrossEntropyWithLogits",
    [rows, rows, five, five],
    (x, t, weight, posWeight) => ops.binaryCrossEntropyWithLogits(x, t, { weight, posWeight }),
  ],
  ["mseLoss", [rows, rows], (x, y) => ops.mseLoss(x, y)],
  ["mseLoss none", [rows, rows], (x, y) => ops.mseLoss(x, y, { reduction: "none" })],
  [
    "scaledDotProductAttention",
    [[2, 3, 4], [2, 5, 4], [2, 5, 4], { buffer: [3, 5] }],
    (q, k, v, additiveMask) => ops.scaledDotProductAttention(q, k, v, { additiveMask, heads: 2 }),
  ],
  [
    "scaledDotProductAttention kept",
    [
      [2, 3, 4],
      [2, 3, 4],
      [2, 3, 4],
    ],
    (q, k, v) => ops.scaledDotProductAttention(q, k, v, { causal: true }),
  ],
  ["batchNorm", tracked, (x, ...p) => ops.batchNorm(x, { ...stats(...four4(p)), training: true })],
  ["batchNorm evaluation", tracked, (x, ...p) => ops.batchNorm(x, stats(...four4(p)))],
  [
    "batchNorm gelu",
    tracked,
    (x, ...p) => ops.batchNorm(x, { ...stats(...four4(p)), training: true, activation: "gelu" }),
  ],
  [
    "batchNorm of a mask",
    [...tracked, ofMask],
    (x, w, b, m, v, of) =>
      ops.batchNorm(x, { ...stats(w, b, m, v), training: true, mask: mask(of) }),
  ],
  ["instanceNorm", tracked, (x, ...p) => ops.instanceNorm(x, stats(...four4(p)))],
  [
    "instanceNorm by running statistics",
    tracked,
    (x, ...p) => ops.instanceNorm(x, { ...stats(...four4(p)), useInputStats: false }),
  ],
  ["groupNorm", [image, four, four], (x, weight, bias) => ops.groupNorm(x, 2, { weight, bias })],
  [
    "groupNorm relu",
    [image, four, four],
    (x, weight, bias) => ops.groupNorm(x, 2, { weight, bias, activation: "relu" }),
  ],
  ["layerNorm", [rows, five, five], (x, weight, bias) => ops.layerNorm(x, [5], { weight, bias })],
  [
    "layerNorm gelu",
    [rows, five, five],
    (x, weight, bias) => ops.layerNorm(x, [5], { weight, bias, activation: "gelu" }),
  ],
  [
    "addLayerNorm",
    [rows, rows, five, five],
    (x, y, weight, bias) => ops.addLayerNorm(x, y, [5], { weight, bias }),
  ],
  ["layerNorm2d", [image, four, four], (x, weight, bias) => ops.layerNorm2d(x, { weight, bias })],
  ["layerScale", [rows, five], ops.layerScale],
  ["rmsNorm", [rows, five], (x, weight) => ops.rmsNorm(x, [5], { weight })],
  ["rmsNorm 1 + w", [rows, five], (x, weight) => ops.rmsNorm(x, [5], { weight, unitOffset: true })],
  ["rmsNorm partial", [rows, five], (x, weight) => ops.rmsNorm(x, [5], { weight, partial: 0.5 })],
  ["addRMSNorm", [rows, rows, five], (x, y, weight) => ops.addRMSNorm(x, y, [5], { weight })],
  ["rmsNorm2d", [image, four], (x, weight) => ops.rmsNorm2d(x, { weight })],
  ["crmsNorm", [rows, five], (x, weight) => ops.crmsNorm(x, { weight })],
  ["scaleNorm", [rows, []], ops.scaleNorm],
  ["qkNorm", [rows, rows, []], ops.qkNorm],
  ["normalize", [rows], (x) => ops.normalize(x)],
  ["normalize p 1", [image], (x) => ops.normalize(x, { p: 1 })],
  ["pixelNorm", [image], (x) => ops.pixelNorm(x)],
  ["localResponseNorm", [image], (x) => ops.localResponseNorm(x, 3)],
  ["meanVarianceNorm", [image], (x) => ops.meanVarianceNorm(x)],
  ["positionalNorm", [image], (x) => ops.positionalNorm(x)],
  [
    "revIN",
    [[2, 3, 4], four, four],
    (x, weight, bias) => ops.revIN(x, { weight, bias, detach: false }),
  ],
  [
    "revINInverse",
    [[2, 3, 4], [2, 1, 4], [2, 1, 4], four, four],
    (y, mean, std, weight, bias) => ops.revINInverse(y, { mean, std }, { weight, bias }),
  ],
  [
    "momentShortcut",
    [image, [2, 1, 3, 3], [2, 1, 3, 3]],
    (x, mean, std) => ops.momentShortcut(x, { mean, std }),
  ],
  ["adaIN", [image, [2, 4, 2, 2]], ops.adaIN],
  ["adaLIN", [image, four, [2, 4], [2, 4]], ops.adaLIN],
  ["layerInstanceNorm", [image, four, four, four], ops.layerInstanceNorm],
  [
    "adaLN",
    [
      [2, 3, 4],
      [2, 4],
      [2, 4],
    ],
    ops.adaLN,
  ],
  [
    "gatedAdd",
    [
      [2, 3, 4],
      [2, 4],
      [2, 3, 4],
    ],
    ops.gatedAdd,
  ],
  ["modulate", [image, image, image], ops.modulate],
  [
    "batchInstanceNorm",
    [...tracked, four],
    (x, w, b, m, v, gate) =>
      ops.batchInstanceNorm(x, gate, { ...stats(w, b, m, v), training: true }),
  ],
  [
    "batchRenorm",
    tracked,
    (x, ...p) => ops.batchRenorm(x, { ...stats(...four4(p)), training: true }),
  ],
  [
    "ghostBatchNorm",
    tracked,
    (x, ...p) =>
      ops.ghostBatchNorm(x, { ...stats(...four4(p)), training: true, virtualBatchSize: 1 }),
  ],
  [
    "syncBatchNorm",
    [...tracked, image],
    (x, w, b, m, v, y) => ops.syncBatchNorm([x, y], { ...stats(w, b, m, v), training: true }),
  ],
  ["conditionalInstanceNorm", [image, [2, 4], [2, 4]], ops.conditionalInstanceNorm],
  [
    "conditionalBatchNorm",
    [image, [2, 4], [2, 4], buffer(4), buffer(4)],
    (x, s, t, runningMean, runningVar) =>
      ops.conditionalBatchNorm(x, s, t, { runningMean, runningVar, training: true }),
  ],
  ["film", [image, [2, 4], [2, 4]], ops.film],
  [
    "switchableNorm",
    [...tracked, [3], [3]],
    (x, w, b, m, v, means, variances) =>
      ops.switchableNorm(x, means, variances, { ...stats(w, b, m, v), training: true }),
  ],
  [
    "switchableNorm evaluation",
    [...tracked, [3], [3]],
    (x, w, b, m, v, means, variances) => ops.switchableNorm(x, means, variances, stats(w, b, m, v)),
  ],
  [
    "iterNorm",
    [image, four, four, buffer(4), buffer(1, 4, 4)],
    (x, weight, bias, runningMean, runningWhitening) =>
      ops.iterNorm(x, { weight, bias, runningMean, runningWhitening, training: true }),
  ],
  [
    "iterNorm evaluation",
    [image, four, four, buffer(4), buffer(1, 4, 4)],
    (x, weight, bias, runningMean, runningWhitening) =>
      ops.iterNorm(x, { weight, bias, runningMean, runningWhitening }),
  ],
  [
    "powerNorm",
    [image, four, four, buffer(4), { buffer: [4], state: true }],
    (x, weight, bias, runningPhi, emaGz) =>
      ops.powerNorm(x, { weight, bias, runningPhi, emaGz, training: true }),
  ],
  [
    "powerNorm evaluation, groups",
    [image, four, four, buffer(4), { buffer: [4], state: true }],
    (x, weight, bias, runningPhi, emaGz) =>
      ops.powerNorm(x, { weight, bias, runningPhi, emaGz, groups: 2 }),
  ],
  [
    "evonormB0",
    [image, four, four, four, buffer(4)],
    (x, v, weight, bias, runningVar) =>
      ops.evonormB0(x, { v, weight, bias, runningVar, training: true }),
  ],
  [
    "evonormB0 evaluation",
    [image, four, four, four, buffer(4)],
    (x, v, weight, bias, runningVar) => ops.evonormB0(x, { v, weight, bias, runningVar }),
  ],
  [
    "evonormS0",
    [image, four, four, four],
    (x, v, weight, bias) => ops.evonormS0(x, 2, { v, weight, bias }),
  ],
  [
    "frn",
    [image, four, four, four, [1]],
    (x, weight, bias, tau, eps) => ops.frn(x, { weight, bias, tau, eps }),
  ],
  ["globalResponseNorm", [image, four, four], ops.globalResponseNorm],
  ["dyt", [rows, [1], five, five], (x, a, weight, bias) => ops.dyt(x, a, { weight, bias })],
  [
    "derf",
    [image, [1], four, four, [1]],
    (x, a, weight, bias, shift) => ops.derf(x, a, { weight, bias, shift, layout: "nchw" }),
  ],
  ["spectralNorm", [[4, 6], buffer(4), buffer(6)], ops.spectralNorm],
  ["weightNorm", [rows, [3, 1]], ops.weightNorm],
  ["weightStandardization", [[4, 3, 2]], (w) => ops.weightStandardization(w)],
  [
    "scaledWeightStandardization",
    [[4, 3, 2], four],
    (w, gain) => ops.scaledWeightStandardization(w, { gain }),
  ],
];
