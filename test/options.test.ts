// Options are closed, and undefined means "not given", in everything that is exported.
import { describe, expect, test } from "vitest";

import * as data from "../src/data/index.js";
import * as evenkeel from "../src/index.js";
import * as models from "../src/models/index.js";
import { createRuntime } from "../src/runtime/create-runtime.js";
import { ones, type Shape, Tensor, tensor, zeros } from "../src/tensor.js";
import { normal, useRuntime } from "./helpers.js";

const { nn, optim } = evenkeel;

const runtime = await useRuntime();

// biome-ignore lint/suspicious/noExplicitAny: tests pass wrong options of every type
type Options = any;
type Call = (options?: Options) => unknown;

const x = (...shape: number[]) =>
  tensor(
    normal(
      shape.reduce((a, b) => a * b, 1),
      7,
    ),
    shape,
    { runtime },
  );
const image = () => x(4, 6, 4, 4);
const one = (shape: Shape) => ones(shape, { runtime });
const stats = () => ({ runningMean: zeros([6], { runtime }), runningVar: one([6]) });
/** Options with those that must be given, which are not in the table. */
const among = (own: object, options: Options) =>
  typeof options === "object" && options?.constructor === Object ? { ...own, ...options } : options;
/** Options with the runtime, unless the test gives another one. */
const here = (options: Options) => among({ runtime }, options);

const ops: Record<string, Call> = {
  adaIN: (o) => evenkeel.adaIN(image(), image(), o),
  adaLIN: (o) => evenkeel.adaLIN(image(), one([6]), one([4, 6]), one([4, 6]), o),
  adaLN: (o) => evenkeel.adaLN(x(4, 3, 6), x(4, 6), x(4, 6), o),
  addLayerNorm: (o) => evenkeel.addLayerNorm(x(4, 6), x(4, 6), [6], o),
  addRMSNorm: (o) => evenkeel.addRMSNorm(x(4, 6), x(4, 6), [6], o),
  avgPool1d: (o) => evenkeel.avgPool1d(x(4, 6, 8), 2, o),
  avgPool3d: (o) => evenkeel.avgPool3d(x(2, 2, 4, 4, 4), 2, o),
  avgPool2d: (o) => evenkeel.avgPool2d(image(), 2, o),
  batchInstanceNorm: (o) =>
    evenkeel.batchInstanceNorm(image(), one([6]), among({ ...stats(), training: true }, o)),
  batchNorm: (o) => evenkeel.batchNorm(image(), among(stats(), o)),
  batchRenorm: (o) => evenkeel.batchRenorm(image(), among(stats(), o)),
  binaryCrossEntropyWithLogits: (o) => evenkeel.binaryCrossEntropyWithLogits(x(4, 6), x(4, 6), o),
  conditionalBatchNorm: (o) =>
    evenkeel.conditionalBatchNorm(image(), one([4, 6]), one([4, 6]), among(stats(), o)),
  conditionalInstanceNorm: (o) =>
    evenkeel.conditionalInstanceNorm(image(), one([4, 6]), one([4, 6]), o),
  conv1d: (o) => evenkeel.conv1d(x(4, 6, 8), x(5, 6, 3), o),
  conv3d: (o) => evenkeel.conv3d(x(2, 2, 4, 4, 4), x(5, 2, 3, 3, 3), o),
  convTranspose1d: (o) => evenkeel.convTranspose1d(x(4, 6, 8), x(6, 5, 3), o),
  convTranspose3d: (o) => evenkeel.convTranspose3d(x(2, 2, 4, 4, 4), x(2, 5, 3, 3, 3), o),
  conv2d: (o) => evenkeel.conv2d(image(), x(5, 6, 3, 3), o),
  convTranspose2d: (o) => evenkeel.convTranspose2d(image(), x(6, 5, 3, 3), o),
  crmsNorm: (o) => evenkeel.crmsNorm(x(4, 6), o),
  crossEntropy: (o) => evenkeel.crossEntropy(x(4, 6), [0, 1, 2, 3], o),
  derf: (o) => evenkeel.derf(x(4, 6), one([1]), o),
  div: (o) => evenkeel.div(x(4, 6), x(4, 6), o),
  dropout: (o) => evenkeel.dropout(x(4, 6), o),
  dropout2d: (o) => evenkeel.dropout2d(image(), o),
  dyt: (o) => evenkeel.dyt(x(4, 6), one([1]), o),
  elu: (o) => evenkeel.elu(x(4, 6), o),
  embedding: (o) => evenkeel.embedding(x(4, 6), [1, 3], o),
  evonormB0: (o) => evenkeel.evonormB0(image(), among({ runningVar: one([6]) }, o)),
  evonormS0: (o) => evenkeel.evonormS0(image(), 2, o),
  film: (o) => evenkeel.film(image(), one([4, 6]), one([4, 6]), o),
  frn: (o) => evenkeel.frn(image(), o),
  full: (o) => evenkeel.full([2], 3, here(o)),
  gelu: (o) => evenkeel.gelu(x(4, 6), o),
  ghostBatchNorm: (o) => evenkeel.ghostBatchNorm(image(), among({ training: true }, o)),
  grad: (o) => {
    const y = one([1]);
    y.requiresGrad = true;
    return evenkeel.grad(y, y, o);
  },
  globalResponseNorm: (o) => evenkeel.globalResponseNorm(image(), one([6]), one([6]), o),
  groupNorm: (o) => evenkeel.groupNorm(image(), 2, o),
  huberLoss: (o) => evenkeel.huberLoss(x(4, 6), x(4, 6), o),
  instanceNorm: (o) => evenkeel.instanceNorm(image(), o),
  iterNorm: (o) => evenkeel.iterNorm(image(), among({ training: true }, o)),
  interpolate: (o) => evenkeel.interpolate(image(), among({ size: 3 }, o)),
  leakyRelu: (o) => evenkeel.leakyRelu(x(4, 6), o),
  klDiv: (o) => evenkeel.klDiv(x(4, 6), x(4, 6), o),
  l1Loss: (o) => evenkeel.l1Loss(x(4, 6), x(4, 6), o),
  layerInstanceNorm: (o) => evenkeel.layerInstanceNorm(image(), one([6]), one([6]), one([6]), o),
  layerNorm: (o) => evenkeel.layerNorm(x(4, 6), [6], o),
  layerNorm2d: (o) => evenkeel.layerNorm2d(image(), o),
  layerScale: (o) => evenkeel.layerScale(x(4, 6), one([6]), o),
  linear: (o) => evenkeel.linear(x(4, 6), x(3, 6), null, o),
  localResponseNorm: (o) => evenkeel.localResponseNorm(image(), 3, o),
  maxPool1d: (o) => evenkeel.maxPool1d(x(4, 6, 8), 2, o),
  maxPool3d: (o) => evenkeel.maxPool3d(x(2, 2, 4, 4, 4), 2, o),
  pad: (o) => evenkeel.pad(x(4, 6), [1, 1], o),
  maxPool2d: (o) => evenkeel.maxPool2d(image(), 2, o),
  meanVarianceNorm: (o) => evenkeel.meanVarianceNorm(image(), o),
  mseLoss: (o) => evenkeel.mseLoss(x(4, 6), x(4, 6), o),
  normalize: (o) => evenkeel.normalize(x(4, 6), o),
  ones: (o) => evenkeel.ones([2], here(o)),
  pixelNorm: (o) => evenkeel.pixelNorm(image(), o),
  positionalNorm: (o) => evenkeel.positionalNorm(image(), o),
  powerNorm: (o) =>
    evenkeel.powerNorm(image(), among({ runningPhi: one([6]), emaGz: one([6]) }, o)),
  qkNorm: (o) => evenkeel.qkNorm(x(4, 6), x(4, 6), one([]), o),
  rand: (o) => evenkeel.rand([3], here(o)),
  randn: (o) => evenkeel.randn([3], here(o)),
  randperm: (o) => evenkeel.randperm(4, here(o)),
  revIN: (o) => evenkeel.revIN(x(4, 5, 6), o),
  revINInverse: (o) =>
    evenkeel.revINInverse(x(4, 5, 6), { mean: x(4, 1, 6), std: one([4, 1, 6]) }, o),
  rmsNorm: (o) => evenkeel.rmsNorm(x(4, 6), [6], o),
  rmsNorm2d: (o) => evenkeel.rmsNorm2d(image(), o),
  scaledDotProductAttention: (o) =>
    evenkeel.scaledDotProductAttention(x(4, 6), x(4, 6), x(4, 6), o),
  scaledWeightStandardization: (o) => evenkeel.scaledWeightStandardization(x(4, 6), o),
  scaleNorm: (o) => evenkeel.scaleNorm(x(4, 6), one([]), o),
  smoothL1Loss: (o) => evenkeel.smoothL1Loss(x(4, 6), x(4, 6), o),
  softplus: (o) => evenkeel.softplus(x(4, 6), o),
  spectralNorm: (o) => evenkeel.spectralNorm(x(4, 6), one([4]), one([6]), o),
  switchableNorm: (o) =>
    evenkeel.switchableNorm(image(), one([3]), one([3]), among({ training: true }, o)),
  syncBatchNorm: (o) => evenkeel.syncBatchNorm([image()], among({ training: true }, o))[0],
  tensor: (o) => evenkeel.tensor([1, 2], [2], here(o)),
  weightStandardization: (o) => evenkeel.weightStandardization(x(4, 6), o),
  zeros: (o) => evenkeel.zeros([2], here(o)),
};

const conv = () => new nn.Conv2d(6, 4, 3, { runtime });
const keras = { class_name: "UnitNormalization", config: { axis: -1 } };

const layers: Record<string, Call> = {
  adaBN: (o) => nn.adaBN(conv(), [ones([1, 6, 3, 3], { runtime })], o),
  convertNorm: (o) => nn.convertNorm(new nn.BatchNorm2d(6, { runtime }), "gn:2", o),
  AdaLIN: (o) => new nn.AdaLIN(6, here(o)),
  AdaLN: (o) => new nn.AdaLN(6, 3, here(o)),
  AdaLNZero: (o) => new nn.AdaLNZero(6, 3, here(o)),
  AvgPool2d: (o) => new nn.AvgPool2d(2, o),
  BatchInstanceNorm: (o) => new nn.BatchInstanceNorm(6, here(o)),
  BatchNorm1d: (o) => new nn.BatchNorm1d(6, here(o)),
  BatchNorm2d: (o) => new nn.BatchNorm2d(6, here(o)),
  BatchNorm3d: (o) => new nn.BatchNorm3d(6, here(o)),
  BatchRenorm: (o) => new nn.BatchRenorm(6, here(o)),
  ConditionalBatchNorm: (o) => new nn.ConditionalBatchNorm(6, 2, here(o)),
  ConditionalInstanceNorm: (o) => new nn.ConditionalInstanceNorm(6, 2, here(o)),
  AvgPool1d: (o) => new nn.AvgPool1d(2, o),
  AvgPool3d: (o) => new nn.AvgPool3d(2, o),
  MaxPool1d: (o) => new nn.MaxPool1d(2, o),
  MaxPool3d: (o) => new nn.MaxPool3d(2, o),
  Conv1d: (o) => new nn.Conv1d(6, 4, 3, here(o)),
  Conv3d: (o) => new nn.Conv3d(6, 4, 3, here(o)),
  ConvTranspose1d: (o) => new nn.ConvTranspose1d(6, 4, 3, here(o)),
  ConvTranspose3d: (o) => new nn.ConvTranspose3d(6, 4, 3, here(o)),
  GRU: (o) => new nn.GRU(3, 2, here(o)),
  LSTM: (o) => new nn.LSTM(3, 2, here(o)),
  RNN: (o) => new nn.RNN(3, 2, here(o)),
  PReLU: (o) => new nn.PReLU(6, here(o)),
  Softplus: (o) => new nn.Softplus(o),
  Conv2d: (o) => new nn.Conv2d(6, 4, 3, here(o)),
  ConvTranspose2d: (o) => new nn.ConvTranspose2d(6, 4, 3, here(o)),
  createNorm: (o) => nn.createNorm("bn", 6, here(o)),
  CRMSNorm: (o) => new nn.CRMSNorm(6, here(o)),
  Derf: (o) => new nn.Derf(6, here(o)),
  Dropout: (o) => new nn.Dropout(0.5, o),
  Dropout2d: (o) => new nn.Dropout2d(0.5, o),
  DyT: (o) => new nn.DyT(6, here(o)),
  Embedding: (o) => new nn.Embedding(6, 2, here(o)),
  EvoNormB0: (o) => new nn.EvoNormB0(6, here(o)),
  EvoNormS0: (o) => new nn.EvoNormS0(32, here(o)),
  FiLM: (o) => new nn.FiLM(6, 2, here(o)),
  FRN: (o) => new nn.FRN(6, here(o)),
  fromKeras: (o) => nn.fromKeras(keras, [null, 6], here(o)),
  FrozenBatchNorm2d: (o) => new nn.FrozenBatchNorm2d(6, here(o)),
  GELU: (o) => new nn.GELU(o),
  GhostBatchNorm: (o) => new nn.GhostBatchNorm(6, here(o)),
  GlobalResponseNorm: (o) => new nn.GlobalResponseNorm(6, here(o)),
  GroupNorm: (o) => new nn.GroupNorm(2, 6, here(o)),
  InstanceNorm1d: (o) => new nn.InstanceNorm1d(6, here(o)),
  InstanceNorm2d: (o) => new nn.InstanceNorm2d(6, here(o)),
  InstanceNorm3d: (o) => new nn.InstanceNorm3d(6, here(o)),
  IterNorm: (o) => new nn.IterNorm(6, here(o)),
  LayerInstanceNorm: (o) => new nn.LayerInstanceNorm(6, here(o)),
  LayerNorm: (o) => new nn.LayerNorm(6, here(o)),
  LayerNorm2d: (o) => new nn.LayerNorm2d(6, here(o)),
  LayerScale: (o) => new nn.LayerScale(6, here(o)),
  Linear: (o) => new nn.Linear(6, 2, here(o)),
  LocalResponseNorm: (o) => new nn.LocalResponseNorm(3, o),
  MaxPool2d: (o) => new nn.MaxPool2d(2, o),
  MeanVarianceNorm: (o) => new nn.MeanVarianceNorm(o),
  MultiHeadAttention: (o) => new nn.MultiHeadAttention(6, 2, here(o)),
  PixelNorm: (o) => new nn.PixelNorm(o),
  PositionalNorm: (o) => new nn.PositionalNorm(o),
  PositionwiseFFN: (o) => new nn.PositionwiseFFN(6, 8, here(o)),
  PowerNorm: (o) => new nn.PowerNorm(6, here(o)),
  QKNorm: (o) => new nn.QKNorm(6, here(o)),
  RevIN: (o) => new nn.RevIN(6, here(o)),
  RMSNorm: (o) => new nn.RMSNorm(6, here(o)),
  RMSNorm2d: (o) => new nn.RMSNorm2d(6, here(o)),
  scaledWeightStandardization: (o) => nn.scaledWeightStandardization(conv(), o),
  ScaledStdConv2d: (o) => new nn.ScaledStdConv2d(6, 4, 3, here(o)),
  ScaleNorm: (o) => new nn.ScaleNorm(6, here(o)),
  SPADE: (o) => new nn.SPADE(6, 2, here(o)),
  spectralNorm: (o) => nn.spectralNorm(conv(), o),
  StdConv2d: (o) => new nn.StdConv2d(6, 4, 3, here(o)),
  SwitchableNorm: (o) => new nn.SwitchableNorm(6, here(o)),
  SyncBatchNorm: (o) => new nn.SyncBatchNorm(6, here(o)),
  UnitNorm: (o) => new nn.UnitNorm(o),
  updateBatchNorm: (o) => nn.updateBatchNorm(conv(), [ones([1, 6, 3, 3], { runtime })], o),
  weightNorm: (o) => nn.weightNorm(conv(), o),
  weightStandardization: (o) => nn.weightStandardization(conv(), o),
};

const block = { dModel: 6, nHead: 2, dFF: 8 };
const nets: Record<string, Call> = {
  NormResNet: (o) => new models.NormResNet(among({ norm: "bn", width: 2, runtime }, o)),
  StyleTransferNet: (o) => new models.StyleTransferNet(here(o)),
  TransformerBlock: (o) => new models.TransformerBlock(among({ ...block, runtime }, o)),
  UNet: (o) => new models.UNet(among({ widths: [2, 4], runtime }, o)),
  TransformerLM: (o) =>
    new models.TransformerLM(
      among({ ...block, vocabSize: 5, contextLength: 4, layers: 1, runtime }, o),
    ),
};

const parameter = () => tensor([1, 2], [2], { runtime, requiresGrad: true });
const sgd = () => new optim.SGD([parameter()], { lr: 0.1, momentum: 0.5 });
const optimizers: Record<string, Call> = {
  SGD: (o) => new optim.SGD([parameter()], among({ lr: 0.1 }, o)),
  AveragedModel: (o) => new optim.AveragedModel(conv(), o),
  Adam: (o) => new optim.Adam([parameter()], o),
  AdamW: (o) => new optim.AdamW([parameter()], o),
  ConstantLR: (o) => new optim.ConstantLR(sgd(), o),
  CosineAnnealingLR: (o) => new optim.CosineAnnealingLR(sgd(), 3, o),
  LinearLR: (o) => new optim.LinearLR(sgd(), o),
  MultiStepLR: (o) => new optim.MultiStepLR(sgd(), [3], o),
  OneCycleLR: (o) => new optim.OneCycleLR(sgd(), 0.1, among({ totalSteps: 9 }, o)),
  ReduceLROnPlateau: (o) => new optim.ReduceLROnPlateau(sgd(), o),
  RMSprop: (o) => new optim.RMSprop([parameter()], o),
  StepLR: (o) => new optim.StepLR(sgd(), 3, o),
  WarmupCosineLR: (o) =>
    new optim.WarmupCosineLR(sgd(), among({ warmupSteps: 1, totalSteps: 9 }, o)),
  clipGradNorm: (o) => optim.clipGradNorm([parameter()], 1, o),
};

const loaders: Record<string, Call> = {
  DataLoader: (o) => new data.DataLoader(data.proceduralDataset({ count: 10 }), o),
  MinMaxScaler: (o) => new data.MinMaxScaler(3, o),
  Normalize: (o) => new data.Normalize([0], [1], o),
  RobustScaler: (o) => new data.RobustScaler(3, o),
  StandardScaler: (o) => new data.StandardScaler(3, o),
  proceduralCifar10: (o) => data.proceduralCifar10(among({ count: 10 }, o)),
  proceduralDataset: (o) => data.proceduralDataset(among({ count: 10 }, o)),
};

/** Functions without options. The readers and makers of files are tested with them. */
const without = {
  ops: `add adaptiveAvgPool1d adaptiveAvgPool2d concat exp flatten gatedAdd log logSoftmax matmul mean
    modulate momentShortcut mul neg permute prelu relu reshape resizeNearest sigmoid silu slice softmax sqrt sub
    sum tanh
    transpose weightLengths weightNorm isGradEnabled noGrad checkpointMetadata saveCheckpoint saveSafetensors
    defaultGenerator Generator manualSeed defaultRuntime keep Tensor tidy nn optim
    checkpointDatabase checkpointFile readCheckpoint writeCheckpoint`,
  nn: `AdaptiveAvgPool1d ELU LeakyReLU ModuleDict ModuleList Softmax
    AdaptiveAvgPool2d ChannelsFirst ChannelsLast Flatten Identity Module ReLU Sequential Sigmoid SiLU Tanh
    addAndNormalize checkNorm foldBatchNorm freezeNorms normNames normTable parseNorm removeParametrization tent
    tentParameters withBatchStatistics`,
  models: "transformerNormNames",
  optim: `ChainedScheduler ExponentialLR LambdaLR LRScheduler Optimizer RuleLR SequentialLR clipGradValue decayGroups`,
  data: "CIFAR10_CLASSES PROCEDURAL_CLASSES imageDataset normalizeImages parseCifar10",
};

/** Functions whose checks come with a promise, or with other arguments. */
const elsewhere = [
  "init",
  "createRuntime",
  "loadCheckpoint",
  "loadSafetensors",
  "createNorm",
  "downloadCifar10",
  "readCifar10",
  "resnet18", // test/models/resnet.test.ts
  "resnet34",
  "resnet50",
];

test.each([
  ["the package", evenkeel, ops, without.ops],
  ["nn", nn, layers, without.nn],
  ["models", models, nets, without.models],
  ["optim", optim, optimizers, without.optim],
  ["data", data, loaders, without.data],
])("%s: every export is here", (_, exported, calls, plain) => {
  const known = [...Object.keys(calls), ...plain.split(/\s+/)];
  const missing = Object.keys(exported).filter((name) => !known.includes(name));
  expect(missing.filter((name) => !elsewhere.includes(name))).toEqual([]);
});

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "no error";
};

/** The names that an error lists. */
const namesOf = (call: Call): string[] => {
  const [, list = ""] = /\(([\w, ]+)\)$/.exec(messageOf(() => call({ zzzzzzzz: 1 }))) ?? [];
  return list.split(", ");
};

/** The content of a value for comparison: tensors as numbers, modules as state, plain values as they are. */
function contents(value: unknown): unknown {
  if (value instanceof Tensor) return [value.shape, ...value.toArray()];
  if (value instanceof nn.Module) {
    const own = Object.entries(value).filter(([, v]) => typeof v !== "object" || v === null);
    const state = [...value.stateDict()].map(([key, t]) => [key, contents(t)]);
    const options = (value as { options?: object }).options;
    const given = Object.entries(options ?? {}).filter(([, v]) => v !== undefined);
    return [own.map(([key, v]) => [key, v]), state, given];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, v]) => [key, contents(v)]);
}

const required: Record<string, string[]> = {
  batchNorm: ["runningMean", "runningVar"],
  batchRenorm: ["runningMean", "runningVar"],
  conditionalBatchNorm: ["runningMean", "runningVar"],
  batchInstanceNorm: ["runningMean", "runningVar", "training"],
  evonormB0: ["runningVar"],
  ghostBatchNorm: ["training"],
  iterNorm: ["training"],
  switchableNorm: ["training"],
  syncBatchNorm: ["training"],
  powerNorm: ["runningPhi", "emaGz"],
  NormResNet: ["norm", "width"],
  UNet: ["widths"],
  interpolate: ["size"],
  SGD: ["lr"],
  OneCycleLR: ["totalSteps"],
  WarmupCosineLR: ["warmupSteps", "totalSteps"],
  proceduralCifar10: ["count"],
  proceduralDataset: ["count"],
  TransformerBlock: ["dModel", "nHead", "dFF"],
  TransformerLM: ["dModel", "nHead", "dFF", "vocabSize", "contextLength", "layers"],
};
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const rows = [ops, layers, nets, optimizers, loaders].flatMap((calls) => Object.entries(calls));

describe.each(rows)("%s", (name, call) => {
  test("an unknown option is refused, with the names there are", () => {
    const message = messageOf(() => call({ zzzzzzzz: 1 }));
    expect(message).toMatch(
      new RegExp(`^TypeError: ${name}: no option "zzzzzzzz" \\([\\w, ]+\\)$`),
    );
  });

  test("a name in snake case or with a letter too many is refused, with the right one", () => {
    for (const option of namesOf(call)) {
      for (const slip of new Set([snake(option), `${option}x`])) {
        if (slip === option) continue;
        const message = messageOf(() => call({ [slip]: undefined }));
        expect(message).toContain(`${name}: no option "${slip}"; did you mean "${option}"?`);
      }
    }
  });

  test("what is no object of options is refused where they belong", () => {
    for (const wrong of [0, 1e-3, false, true, "x", null, [1], one([6])]) {
      const message = messageOf(() => call(wrong));
      expect(message, String(wrong)).toMatch(new RegExp(`^TypeError: ${name}: expected options {`));
    }
  });

  test("values of another type are refused", () => {
    for (const option of namesOf(call)) {
      const message = messageOf(() => call({ [option]: 1n }));
      const start = `TypeError: ${name}: expected ${option} to be `;
      expect(message.slice(0, start.length), option).toBe(start);
      const types = message.slice(start.length);
      const others: Record<string, unknown> = { number: "1", boolean: "false", string: 1 };
      for (const [type, other] of Object.entries(others))
        if (types.startsWith(type) && !types.includes(typeof other))
          expect(messageOf(() => call({ [option]: other }))).toContain(start);
      if (!types.includes("null"))
        expect(messageOf(() => call({ [option]: null }))).toContain(start);
      if (/^(Runtime|Generator)/.test(types))
        expect(messageOf(() => call({ [option]: {} }))).toContain(
          `${start}${types.split(",")[0]}, got Object`,
        );
      // a string without a meaning
      if (types.startsWith("string"))
        expect(
          messageOf(() => call({ [option]: "zzzz" })),
          option,
        ).not.toBe("no error");
    }
  });

  test("undefined is as good as not given", () => {
    const seeded = (options?: Options) => {
      evenkeel.manualSeed(1);
      return contents(call(options));
    };
    const want = seeded({});
    const free = namesOf(call).filter(
      (option) => option !== "runtime" && !required[name]?.includes(option),
    );
    for (const option of free) expect(seeded({ [option]: undefined }), option).toEqual(want);
  });
});

test.each([
  [() => evenkeel.layerNorm(x(2, 6), [6], { epsilon: 1 } as object), 'did you mean "eps"?'],
  [() => evenkeel.layerNorm(x(2, 6), [6], { esp: 1 } as object), 'did you mean "eps"?'],
  [() => evenkeel.batchNorm(image(), { running_mean: 1 } as object), 'did you mean "runningMean"?'],
  [() => new nn.BatchNorm2d(4, { momentun: 0.1 } as object), 'did you mean "momentum"?'],
  [() => evenkeel.layerNorm(x(2, 6), [6], { gamma: one([6]) } as object), 'did you mean "weight"?'],
  [() => evenkeel.normalize(x(2, 6), { axis: 1 } as object), 'did you mean "dim"?'],
  [() => evenkeel.layerNorm(x(2, 6), [6], one([6]) as object), "eps, activation }, got Tensor"],
  [() => new nn.Linear(2, 2, false as unknown as object), "expected options { bias, runtime }"],
  [() => evenkeel.dropout(x(2), 0 as unknown as object), "training, generator }, got 0"],
  [() => evenkeel.dropout(x(2), { training: "false" } as object), 'to be boolean, got "false"'],
  [() => new optim.Adam([parameter()], { learningRate: 1 } as object), 'did you mean "lr"?'],
  [() => new optim.StepLR(sgd(), 3, { gamma: "x" } as object), "expected gamma to be number"],
  [() => new optim.SGD([parameter()], undefined as never), "SGD: lr is required: new SGD("],
  [() => new optim.SGD([parameter()], {} as never), "SGD: lr is required: new SGD("],
  [() => new optim.SGD([parameter()], null as never), "SGD: expected options { lr,"],
  ...[nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Tanh].flatMap((Layer): [() => unknown, string][] => [
    [() => new Layer(true as never), `${Layer.name}: expected no options, got true`],
    [
      () => new Layer({ inplace: true } as never),
      `${Layer.name}: no option "inplace" (it takes none)`,
    ],
  ]),
  [() => new nn.Conv2d(2, 2, 3, { stride: 0 }), "Conv2d: expected stride"],
  [() => new nn.MaxPool2d(2, { stride: 0 }), "MaxPool2d: expected stride"],
  [() => evenkeel.layerNorm(x(2, 6), [6], { toString: 1 } as object), 'no option "toString"'],
])("%s", (call, message) => {
  expect(call).toThrow(message);
});

test("init and createRuntime", async () => {
  await expect(evenkeel.init({ thread: 2 } as object)).rejects.toThrow('did you mean "threads"?');
  await expect(createRuntime({ deterministic: "yes" } as object)).rejects.toThrow(
    "createRuntime: expected deterministic to be boolean",
  );
  const undefinedThreads = await createRuntime({ threads: 1, variant: undefined });
  undefinedThreads.close();
});

test("groups of parameters have an optimiser's options", () => {
  const group = (own: object) => new optim.AdamW([{ params: [parameter()], ...own }]);
  expect(() => group({ weight_decay: 0 })).toThrow('did you mean "weightDecay"?');
  expect(() => group({ lr: "1" })).toThrow("AdamW: expected lr to be number");
});

test("readers of files", async () => {
  await expect(data.readCifar10(".", { splt: "train" } as never)).rejects.toThrow('"split"?');
  await expect(data.downloadCifar10(".", { Url: "" } as never)).rejects.toThrow('"url"?');
});

test("optional state loading", () => {
  const layer = new nn.Linear(2, 2, { runtime });
  expect(() => layer.loadStateDict(new Map(), { strickt: false } as object)).toThrow("strict");
  expect(() => evenkeel.loadSafetensors(new Uint8Array(8), { run: runtime } as object)).toThrow(
    'loadSafetensors: no option "run"',
  );
  expect(() => evenkeel.loadCheckpoint(new Uint8Array(8), {}, { r: 1 } as object)).toThrow(
    'loadCheckpoint: no option "r"',
  );
});
