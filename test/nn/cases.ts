// Every layer, and every function that changes a layer, each with inputs of its own.
import * as nn from "../../src/nn/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, type Shape, type Tensor, tensor } from "../../src/tensor.js";
import { randomTensor } from "../helpers.js";

export interface LayerCase {
  layer: nn.Module;
  inputs: AnyTensor[];
  /** How to call the layer; the default is `layer.forward(...inputs)`. */
  run?: (this: { layer: nn.Module }, ...inputs: Tensor[]) => Tensor | Tensor[];
}

type Make = (runtime: Runtime, more?: object) => LayerCase;
type Options = { runtime: Runtime };

const on =
  (shapes: Shape[], make: (options: Options) => nn.Module): Make =>
  (runtime, more) => ({
    layer: make({ runtime, ...more }),
    inputs: shapes.map((shape, i) => randomTensor(runtime, shape, i + 1, true)),
  });
const rows = (make: (options: Options) => nn.Module) => on([[3, 6]], make);
const image = (make: (options: Options) => nn.Module) => on([[2, 6, 4, 4]], make);
const withCall =
  (make: Make, run: (layer: never, ...inputs: Tensor[]) => Tensor | Tensor[]): Make =>
  (runtime, more) => {
    const made = make(runtime, more);
    return { ...made, run: (...inputs) => run(made.layer as never, ...inputs) };
  };

/** Leaves the runtime out, for layers that have no tensors. */
const without =
  (make: (options: object) => nn.Module) =>
  ({ runtime: _, ...options }: Options) =>
    make(options);

/** The keys are "<name of the export>" or "<name of the export>, <variant>". */
export const layerCases: Record<string, Make> = {
  AdaLIN: on(
    [
      [2, 6, 4, 4],
      [2, 6],
      [2, 6],
    ],
    (o) => new nn.AdaLIN(6, o),
  ),
  AdaLN: on(
    [
      [2, 3, 6],
      [2, 4],
    ],
    (o) => new nn.AdaLN(6, 4, o),
  ),
  AdaLNZero: withCall(
    on(
      [
        [2, 3, 6],
        [2, 4],
      ],
      (o) => new nn.AdaLNZero(6, 4, o),
    ),
    (layer: nn.AdaLNZero, x, condition) =>
      layer.forward(
        x,
        condition,
        (x) => x,
        (x) => x,
      ),
  ),
  AdaptiveAvgPool1d: on([[2, 6, 4]], () => new nn.AdaptiveAvgPool1d(2)),
  AdaptiveAvgPool2d: image(() => new nn.AdaptiveAvgPool2d(2)),
  AvgPool1d: on(
    [[2, 6, 4]],
    without((o) => new nn.AvgPool1d(2, o)),
  ),
  AvgPool3d: on(
    [[2, 3, 4, 4, 4]],
    without((o) => new nn.AvgPool3d(2, o)),
  ),
  AvgPool2d: image(without((o) => new nn.AvgPool2d(2, o))),
  BatchInstanceNorm: image((o) => new nn.BatchInstanceNorm(6, o)),
  BatchNorm1d: rows((o) => new nn.BatchNorm1d(6, o)),
  BatchNorm2d: image((o) => new nn.BatchNorm2d(6, o)),
  BatchNorm3d: on([[2, 6, 2, 2, 2]], (o) => new nn.BatchNorm3d(6, o)),
  BatchRenorm: image((o) => new nn.BatchRenorm(6, o)),
  CRMSNorm: rows((o) => new nn.CRMSNorm(6, o)),
  ChannelsFirst: on([[2, 4, 4, 6]], (o) => new nn.ChannelsFirst(new nn.BatchNorm2d(6, o))),
  ChannelsLast: image((o) => new nn.ChannelsLast(new nn.ScaleNorm(6, o))),
  ConditionalBatchNorm: withCall(
    image((o) => new nn.ConditionalBatchNorm(6, 3, o)),
    (layer: nn.ConditionalBatchNorm, x) => layer.forward(x, [2, 0]),
  ),
  ConditionalInstanceNorm: withCall(
    image((o) => new nn.ConditionalInstanceNorm(6, 3, o)),
    (layer: nn.ConditionalInstanceNorm, x) => layer.forward(x, [2, 0]),
  ),
  Conv1d: on([[2, 6, 5]], (o) => new nn.Conv1d(6, 3, 3, o)),
  Conv2d: image((o) => new nn.Conv2d(6, 3, 3, o)),
  "Conv2d, reflected": image(
    (o) => new nn.Conv2d(6, 3, 3, { padding: 1, paddingMode: "reflect", ...o }),
  ),
  Conv3d: on([[2, 2, 4, 4, 4]], (o) => new nn.Conv3d(2, 3, 3, o)),
  ConvTranspose1d: on([[2, 6, 5]], (o) => new nn.ConvTranspose1d(6, 3, 3, o)),
  ConvTranspose3d: on([[2, 2, 2, 2, 2]], (o) => new nn.ConvTranspose3d(2, 3, 2, o)),
  ConvTranspose2d: image((o) => new nn.ConvTranspose2d(6, 3, 3, o)),
  Derf: rows((o) => new nn.Derf(6, o)),
  Dropout: rows(() => new nn.Dropout()),
  Dropout2d: image(() => new nn.Dropout2d()),
  DyT: rows((o) => new nn.DyT(6, o)),
  ELU: rows(() => new nn.ELU()),
  Embedding: (runtime) => ({
    layer: new nn.Embedding(5, 3, { runtime }),
    inputs: [tensor(Int32Array.of(4, 0, 4), [3], { runtime })],
  }),
  EvoNormB0: image((o) => new nn.EvoNormB0(6, o)),
  EvoNormS0: image((o) => new nn.EvoNormS0(6, { groups: 2, ...o })),
  FRN: image((o) => new nn.FRN(6, o)),
  FiLM: on(
    [
      [2, 6, 4, 4],
      [2, 3],
    ],
    (o) => new nn.FiLM(6, 3, o),
  ),
  Flatten: image(() => new nn.Flatten()),
  FrozenBatchNorm2d: image((o) => new nn.FrozenBatchNorm2d(6, o)),
  GELU: rows(without((o) => new nn.GELU(o))),
  GRU: on([[2, 3, 4]], (o) => new nn.GRU(4, 2, { norm: "ln", ...o })),
  GhostBatchNorm: image((o) => new nn.GhostBatchNorm(6, { virtualBatchSize: 1, ...o })),
  GlobalResponseNorm: image((o) => new nn.GlobalResponseNorm(6, o)),
  GroupNorm: image((o) => new nn.GroupNorm(2, 6, o)),
  Identity: rows(() => new nn.Identity()),
  InstanceNorm1d: on([[6, 5]], (o) => new nn.InstanceNorm1d(6, { trackRunningStats: true, ...o })),
  InstanceNorm2d: image((o) => new nn.InstanceNorm2d(6, { affine: true, ...o })),
  InstanceNorm3d: on([[2, 6, 2, 2, 2]], (o) => new nn.InstanceNorm3d(6, o)),
  IterNorm: image((o) => new nn.IterNorm(6, o)),
  LSTM: on(
    [[2, 3, 4]],
    (o) => new nn.LSTM(4, 2, { norm: "bn", normSteps: 2, bidirectional: true, ...o }),
  ),
  LeakyReLU: rows(() => new nn.LeakyReLU()),
  LayerInstanceNorm: image((o) => new nn.LayerInstanceNorm(6, o)),
  LayerNorm: rows((o) => new nn.LayerNorm(6, o)),
  LayerNorm2d: image((o) => new nn.LayerNorm2d(6, o)),
  LayerScale: rows((o) => new nn.LayerScale(6, o)),
  Linear: rows((o) => new nn.Linear(6, 4, o)),
  LocalResponseNorm: image(without((o) => new nn.LocalResponseNorm(3, o))),
  MaxPool1d: on(
    [[2, 6, 4]],
    without((o) => new nn.MaxPool1d(2, o)),
  ),
  MaxPool3d: on(
    [[2, 3, 4, 4, 4]],
    without((o) => new nn.MaxPool3d(2, o)),
  ),
  MaxPool2d: image(without((o) => new nn.MaxPool2d(2, o))),
  MeanVarianceNorm: image(without((o) => new nn.MeanVarianceNorm(o))),
  MultiHeadAttention: on(
    [[2, 3, 6]],
    (o) => new nn.MultiHeadAttention(6, 2, { dropout: 0.5, ...o }),
  ),
  PReLU: image((o) => new nn.PReLU(6, o)),
  PixelNorm: image(without((o) => new nn.PixelNorm(o))),
  PositionalNorm: image(without((o) => new nn.PositionalNorm(o))),
  PositionwiseFFN: rows((o) => new nn.PositionwiseFFN(6, 8, { dropout: 0.5, ...o })),
  PowerNorm: image((o) => new nn.PowerNorm(6, { groups: 2, ...o })),
  QKNorm: withCall(
    on(
      [
        [3, 6],
        [4, 6],
      ],
      (o) => new nn.QKNorm(4, o),
    ),
    (layer: nn.QKNorm, q, k) => Object.values(layer.apply(q, k)),
  ),
  "QKNorm, the queries": rows((o) => new nn.QKNorm(4, o)),
  RMSNorm: rows((o) => new nn.RMSNorm(6, o)),
  RMSNorm2d: image((o) => new nn.RMSNorm2d(6, o)),
  RNN: on([[2, 3, 4]], (o) => new nn.RNN(4, 2, { numLayers: 2, dropout: 0.5, ...o })),
  ReLU: rows(() => new nn.ReLU()),
  RevIN: on([[2, 5, 6]], (o) => new nn.RevIN(6, o)),
  SPADE: on(
    [
      [2, 6, 4, 4],
      [2, 3, 2, 2],
    ],
    (o) => new nn.SPADE(6, 3, { hidden: 4, ...o }),
  ),
  ScaleNorm: rows((o) => new nn.ScaleNorm(6, o)),
  ScaledStdConv2d: image((o) => new nn.ScaledStdConv2d(6, 3, 3, o)),
  Sequential: image(
    (o) =>
      new nn.Sequential(
        new nn.Conv2d(6, 3, 3, o),
        new nn.BatchNorm2d(3, o),
        new nn.ReLU(),
        new nn.Dropout(),
        new nn.Sequential(new nn.SwitchableNorm(3, o), new nn.Flatten(), new nn.Linear(12, 2, o)),
      ),
  ),
  SiLU: rows(() => new nn.SiLU()),
  Sigmoid: rows(() => new nn.Sigmoid()),
  Softmax: rows(() => new nn.Softmax()),
  Softplus: rows(without((o) => new nn.Softplus(o))),
  StdConv2d: image((o) => new nn.StdConv2d(6, 3, 3, o)),
  SwitchableNorm: image((o) => new nn.SwitchableNorm(6, o)),
  SyncBatchNorm: withCall(
    on(
      [
        [2, 6, 4],
        [1, 6, 4],
      ],
      (o) => new nn.SyncBatchNorm(6, o),
    ),
    (layer: nn.SyncBatchNorm, ...shards) => layer.forwardShards(shards),
  ),
  Tanh: rows(() => new nn.Tanh()),
  UnitNorm: rows(without((o) => new nn.UnitNorm(o))),
  addAndNormalize: (runtime) => ({
    layer: new nn.BatchNorm1d(6, { runtime }),
    inputs: [1, 2].map((seed) => randomTensor(runtime, [3, 6], seed, true)),
    run(x, residual) {
      return Object.values(nn.addAndNormalize(this.layer, x, residual));
    },
  }),
  scaledWeightStandardization: rows((o) => nn.scaledWeightStandardization(new nn.Linear(6, 4, o))),
  spectralNorm: rows((o) => nn.spectralNorm(new nn.Linear(6, 4, o))),
  "spectralNorm, convolution": image((o) => nn.spectralNorm(new nn.Conv2d(6, 4, 3, o))),
  "spectralNorm, transposed": image((o) =>
    nn.spectralNorm(new nn.ConvTranspose2d(6, 4, 3, o), { dim: 1 }),
  ),
  weightNorm: rows((o) => nn.weightNorm(new nn.Linear(6, 4, o))),
  weightStandardization: image((o) => nn.weightStandardization(new nn.Conv2d(6, 4, 3, o))),
};

/** Exports that make no layer, or that only make layers of the table above. */
const others = [
  "Module",
  "ModuleDict",
  "ModuleList",
  "adaBN",
  "checkNorm",
  "convertNorm",
  "createNorm",
  "foldBatchNorm",
  "freezeNorms",
  "fromKeras",
  "normNames",
  "parseNorm",
  "removeParametrization",
  "tent",
  "tentParameters",
  "updateBatchNorm",
  "withBatchStatistics",
];

export const layerNames = Object.entries(nn)
  .filter(([name, value]) => typeof value === "function" && !others.includes(name))
  .map(([name]) => name);
