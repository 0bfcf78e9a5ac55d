// Options of operations that change their second derivatives: more rows for second.test.ts, on values of both signs.
import * as ops from "../../src/ops/index.js";
import { type Tensor, tensor } from "../../src/tensor.js";
import type { Call, Input } from "../ops/saved-cases.js";

const [image, rows, maps, last] = [
  [2, 4, 3, 3],
  [3, 5],
  [2, 4, 6, 7],
  [2, 3, 3, 4],
];
const [four, five] = [[4], [5]];
const activations = ["relu", "gelu", "silu"] as const;
const { gelu, relu, sigmoid, silu, tanh } = ops;

const hidden = (x: Tensor) =>
  tensor([0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1], [3, 4], { runtime: x.runtime });

export const variants: [name: string, inputs: Input[], call: Call][] = [
  ...Object.entries({ gelu, relu, sigmoid, silu, tanh }).map(
    ([name, op]): [string, Input[], Call] => [name, [rows], (x) => op(x)],
  ),
  ["gelu tanh", [rows], (x) => ops.gelu(x, { approximate: "tanh" })],
  ["mul of one tensor", [rows], (x) => ops.mul(x, x)],
  ["mul by a number", [rows], (x) => ops.mul(ops.exp(x), 3)],
  ["div of a number", [rows], (x) => ops.div(2, ops.exp(x))],
  [
    "div broadcast",
    [
      [2, 1, 3],
      [4, 1],
    ],
    (a, b) => ops.div(a, ops.exp(b)),
  ],
  [
    "sub broadcast",
    [
      [2, 1, 3],
      [4, 1],
    ],
    (a, b) => ops.exp(ops.sub(a, b)),
  ],
  ["softmax of columns", [[2, 3, 4]], (x) => ops.softmax(x, 1)],
  ["mean keepdim", [[2, 3, 4]], (x) => ops.exp(ops.mean(x, [0, 2], true))],
  ["sum of all", [rows], (x) => ops.exp(ops.sum(x))],
  ["matmul of vectors", [[4], [4]], ops.matmul],
  ["matmul of a vector and batches", [[4], [3, 4, 2]], ops.matmul],
  ["matmul of batches and a vector", [[3, 2, 4], [4]], ops.matmul],
  [
    "matmul of batches",
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    ops.matmul,
  ],
  ["linear of a vector", [five, [3, 5], [3]], (x, w, b) => ops.linear(x, w, b)],
  ["linear of batches", [[2, 3, 5], [3, 5], [3]], (x, w, b) => ops.linear(x, w, b)],
  ...activations.flatMap((activation): [string, Input[], Call][] => [
    [`linear ${activation}`, [rows, [3, 5], [3]], (x, w, b) => ops.linear(x, w, b, { activation })],
    [
      `conv2d ${activation}, dilation`,
      [maps, [3, 4, 2, 3], [3]],
      (x, w, bias) => ops.conv2d(x, w, { bias, activation, dilation: [2, 1], padding: [1, 2] }),
    ],
    [
      `batchNorm ${activation}`,
      [image, four, four],
      (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true, activation }),
    ],
    [
      `layerNorm ${activation}`,
      [rows, five, five],
      (x, weight, bias) => ops.layerNorm(x, [5], { weight, bias, activation }),
    ],
    [
      `groupNorm ${activation}, nhwc`,
      [last, four, four],
      (x, weight, bias) => ops.groupNorm(x, 2, { weight, bias, activation, layout: "nhwc" }),
    ],
  ]),
  [
    "conv2d strides that leave pixels",
    [maps, [2, 4, 3, 2]],
    (x, w) => ops.conv2d(x, w, { stride: [2, 3] }),
  ],
  [
    "conv2d depthwise",
    [maps, [8, 1, 3, 3], [8]],
    (x, w, bias) => ops.conv2d(x, w, { bias, groups: 4, padding: 1 }),
  ],
  ["conv2d 1×1", [maps, [3, 4, 1, 1]], (x, w) => ops.conv2d(x, w)],
  [
    "convTranspose2d outputPadding, groups",
    [image, [4, 2, 3, 3], [4]],
    (x, w, bias) =>
      ops.convTranspose2d(x, w, { bias, stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  ],
  [
    "avgPool2d padding",
    [maps],
    (x) => ops.exp(ops.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false })),
  ],
  [
    "maxPool2d padding, dilation",
    [maps],
    (x) => ops.exp(ops.maxPool2d(x, 2, { stride: 1, padding: 1, dilation: 2 })),
  ],
  ["adaptiveAvgPool2d of [C, H, W]", [[3, 5, 4]], (x) => ops.exp(ops.adaptiveAvgPool2d(x, [2, 3]))],
  [
    "embedding of twice the same row",
    [[6, 4]],
    (table) => ops.exp(ops.embedding(table, [1, 3, 3])),
  ],
  ["slice of the middle", [image], (x) => ops.exp(ops.slice(x, 2, 1, -1))],
  ["concat along channels", [image, [2, 3, 3, 3]], (...parts) => ops.exp(ops.concat(parts, 1))],
  [
    "mseLoss sum",
    [rows, rows],
    (a, b) => ops.exp(ops.mul(ops.mseLoss(a, b, { reduction: "sum" }), 0.1)),
  ],
  ...(["mean", "sum", "none"] as const).map((reduction): [string, Input[], Call] => [
    `crossEntropy ${reduction}, smoothing`,
    [[3, 4]],
    (x) => ops.crossEntropy(x, [2, -100, 0], { reduction, labelSmoothing: 0.2 }),
  ]),
  ...[undefined, 2].map((heads): [string, Input[], Call] => [
    `scaledDotProductAttention masked, heads ${heads}`,
    [
      [2, 3, 4],
      [2, 4, 4],
      [2, 4, 4],
    ],
    (q, k, v) => ops.scaledDotProductAttention(q, k, v, { mask: hidden(q), heads }),
  ]),
  [
    "scaledDotProductAttention without keys",
    [
      [2, 3, 4],
      [2, 0, 4],
      [2, 0, 4],
    ],
    (q, k, v) => ops.scaledDotProductAttention(q, k, v),
  ],
  [
    "scaledDotProductAttention causal, two axes, long",
    [
      [2, 2, 5, 3],
      [2, 2, 5, 3],
      [2, 2, 5, 2],
    ],
    (q, k, v) => ops.scaledDotProductAttention(q, k, v, { causal: true, scale: 0.7 }),
  ],
  [
    "batchNorm of [N, C]",
    [[6, 4], four, four],
    (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true }),
  ],
  [
    "batchNorm nhwc",
    [last, four, four],
    (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true, layout: "nhwc" }),
  ],
  [
    "instanceNorm nhwc",
    [last, four],
    (x, weight) => ops.instanceNorm(x, { weight, layout: "nhwc" }),
  ],
  ["instanceNorm of [C, L]", [[2, 3, 5]], (x) => ops.instanceNorm(x)],
  ["groupNorm without parameters", [image], (x) => ops.groupNorm(x, 4)],
  [
    "layerNorm over two axes",
    [
      [3, 2, 4],
      [2, 4],
    ],
    (x, weight) => ops.layerNorm(x, [2, 4], { weight }),
  ],
  ["layerNorm in parts", [[2, 20000]], (x) => ops.layerNorm(x, [20000], { activation: "silu" })],
  [
    "layerNorm2d nhwc",
    [last, four, four],
    (x, weight, bias) => ops.layerNorm2d(x, { weight, bias, layout: "nhwc" }),
  ],
  ["rmsNorm2d nhwc", [last, four], (x, weight) => ops.rmsNorm2d(x, { weight, layout: "nhwc" })],
  [
    "rmsNorm epsOutside",
    [rows, five],
    (x, weight) => ops.rmsNorm(x, [5], { weight, epsOutside: true }),
  ],
  [
    "rmsNorm silu",
    [rows, five],
    (x, weight) => ops.rmsNorm(x, [5], { weight, activation: "silu" }),
  ],
  ...[1, 1.5, 2, 3, Infinity].map((p): [string, Input[], Call] => [
    `normalize p ${p}`,
    [[2, 5, 3]],
    (x) => ops.normalize(x, { p }),
  ]),
  ["normalize of rows", [rows], (x) => ops.normalize(x, { dim: -1 })],
  ["normalize of two axes", [[2, 3, 4]], (x) => ops.normalize(x, { dim: [0, 2] })],
  ["normalize of short vectors", [rows], (x) => ops.normalize(ops.mul(x, x), { dim: 1, eps: 100 })],
  [
    "localResponseNorm strong, after",
    [[2, 6, 3]],
    (x) => ops.localResponseNorm(x, 4, { alpha: 2, even: "after" }),
  ],
  ["meanVarianceNorm across", [image], (x) => ops.meanVarianceNorm(x)],
  [
    "positionalNorm unbiased, nhwc",
    [last],
    (x) => ops.positionalNorm(x, { correction: 1, layout: "nhwc" }),
  ],
  [
    "revIN subtractLast",
    [[2, 4, 3], [3]],
    (x, weight) => ops.revIN(x, { weight, detach: false, subtractLast: true }),
  ],
  [
    "adaIN biased, nhwc",
    [last, last],
    (x, y) => ops.adaIN(x, y, { correction: 0, layout: "nhwc" }),
  ],
  [
    "adaLIN unbiased",
    [image, four, [2, 4], [2, 4]],
    (...t) => ops.adaLIN(t[0], t[1], t[2], t[3], { correction: 1 }),
  ],
  [
    "frn of a number",
    [image, four, four],
    (x, weight, bias) => ops.frn(x, { weight, bias, eps: 0.1 }),
  ],
  [
    "frn of an eps for each channel",
    [image, four, four, four, four],
    (x, weight, bias, tau, eps) => ops.frn(x, { weight, bias, tau, eps }),
  ],
  ["evonormS0 without parameters", [image], (x) => ops.evonormS0(x, 2)],
  ["evonormB0 without parameters", [image], (x) => ops.evonormB0(x, { training: true })],
  [
    "globalResponseNorm nhwc",
    [last, four, four],
    (x, w, b) => ops.globalResponseNorm(x, w, b, { layout: "nhwc" }),
  ],
  [
    "dyt nchw",
    [image, [1], four],
    (x, alpha, weight) => ops.dyt(x, alpha, { weight, layout: "nchw" }),
  ],
  [
    "derf of rows",
    [rows, [1], five, five, []],
    (x, a, weight, bias, shift) => ops.derf(x, a, { weight, bias, shift }),
  ],
  ["weightNorm of all", [rows, []], (v, g) => ops.weightNorm(v, g, null)],
  ["weightNorm of columns", [rows, [1, 5]], (v, g) => ops.weightNorm(v, g, 1)],
  [
    "weightStandardization epsInside",
    [[4, 3, 2]],
    (w) => ops.weightStandardization(w, { epsInside: true, correction: 0 }),
  ],
  [
    "scaledWeightStandardization epsAdded",
    [[4, 3, 2]],
    (w) => ops.scaledWeightStandardization(w, { gamma: 1.7, epsAdded: true }),
  ],
  [
    "switchableNorm nhwc",
    [last, [3], [3]],
    (x, m, v) => ops.switchableNorm(x, m, v, { training: true, layout: "nhwc" }),
  ],
  [
    "iterNorm in groups",
    [[3, 4, 3], four],
    (x, weight) => ops.iterNorm(x, { weight, training: true, groups: 2 }),
  ],
  [
    "batchNorm of nothing",
    [[0, 4, 3], four, four],
    (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true }),
  ],
  ["layerNorm of nothing", [[0, 5], five], (x, weight) => ops.layerNorm(x, [5], { weight })],
  [
    "conv1d relu, dilation",
    [[2, 4, 7], [6, 2, 3], [6]],
    (x, w, bias) => ops.conv1d(x, w, { bias, groups: 2, dilation: 2, activation: "relu" }),
  ],
  [
    "conv1d same",
    [
      [2, 3, 6],
      [4, 3, 4],
    ],
    (x, w) => ops.conv1d(x, w, { padding: "same" }),
  ],
  [
    "conv2d nhwc, more padding behind",
    [last, [3, 4, 2, 2]],
    (x, w) => ops.conv2d(x, w, { padding: "same", layout: "nhwc" }),
  ],
  [
    "conv3d strides",
    [[1, 2, 4, 3, 4], [2, 2, 2, 2, 3], [2]],
    (x, w, bias) => ops.conv3d(x, w, { bias, stride: [2, 1, 1], padding: 1 }),
  ],
  [
    "convTranspose1d",
    [[2, 3, 4], [3, 2, 3], [2]],
    (x, w, bias) => ops.convTranspose1d(x, w, { bias, stride: 2, outputPadding: 1 }),
  ],
  [
    "convTranspose3d relu",
    [[1, 2, 2, 3, 2], [2, 2, 2, 2, 2], [2]],
    (x, w, bias) => ops.convTranspose3d(x, w, { bias, stride: 2, activation: "relu" }),
  ],
  ...(["constant", "reflect", "replicate", "circular"] as const).map(
    (mode): [string, Input[], Call] => [
      `pad ${mode}`,
      [[2, 4, 5]],
      (x) => ops.exp(ops.pad(x, [2, 1, 1, 2], { mode })),
    ],
  ),
  ...(["mean", "sum", "none"] as const).flatMap((reduction): [string, Input[], Call][] => [
    [
      `smoothL1Loss ${reduction}`,
      [rows, rows],
      (x, y) => ops.exp(ops.smoothL1Loss(x, y, { reduction })),
    ],
    [
      `huberLoss ${reduction}`,
      [rows, rows],
      (x, y) => ops.exp(ops.huberLoss(x, y, { reduction, delta: 2 })),
    ],
    [
      `binaryCrossEntropyWithLogits ${reduction}`,
      [rows, rows],
      (x, y) => ops.binaryCrossEntropyWithLogits(x, ops.sigmoid(y), { reduction }),
    ],
    [
      `crossEntropy of probabilities ${reduction}`,
      [rows, rows],
      (x, y) => ops.crossEntropy(x, ops.softmax(y), { reduction, labelSmoothing: 0.1 }),
    ],
    [
      `crossEntropy with weights ${reduction}`,
      [[3, 4], { buffer: [4] }],
      (x, weight) => ops.crossEntropy(x, [2, -100, 0], { reduction, weight: ops.exp(weight) }),
    ],
  ]),
];
