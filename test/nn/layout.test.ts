// Every layer with a layout must compute the same for [N, ..., C] as for [N, C, ...].
import { expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { permute } from "../../src/ops/shape/permute.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

type Options = { layout: "nchw" | "nhwc"; runtime: Runtime };
type Forward = (x: Tensor) => Tensor;
const of = (layer: nn.Module & { forward: Forward }): Forward => {
  return (x) => layer.forward(x);
};

const layers: [string, (o: Options) => Forward][] = [
  ["BatchNorm2d", (o) => of(new nn.BatchNorm2d(6, o))],
  ["FrozenBatchNorm2d", (o) => of(new nn.FrozenBatchNorm2d(6, o))],
  ["BatchRenorm", (o) => of(new nn.BatchRenorm(6, o))],
  ["GhostBatchNorm", (o) => of(new nn.GhostBatchNorm(6, { ...o, virtualBatchSize: 2 }))],
  ["BatchInstanceNorm", (o) => of(new nn.BatchInstanceNorm(6, o))],
  ["SwitchableNorm", (o) => of(new nn.SwitchableNorm(6, o))],
  ["IterNorm", (o) => of(new nn.IterNorm(6, { ...o, groups: 2 }))],
  ["PowerNorm", (o) => of(new nn.PowerNorm(6, o))],
  ["InstanceNorm2d", (o) => of(new nn.InstanceNorm2d(6, { ...o, affine: true }))],
  ["GroupNorm", (o) => of(new nn.GroupNorm(3, 6, o))],
  ["LayerNorm2d", (o) => of(new nn.LayerNorm2d(6, o))],
  ["RMSNorm2d", (o) => of(new nn.RMSNorm2d(6, o))],
  ["PixelNorm", ({ layout }) => of(new nn.PixelNorm({ layout }))],
  ["PositionalNorm", ({ layout }) => of(new nn.PositionalNorm({ layout }))],
  ["LocalResponseNorm", ({ layout }) => of(new nn.LocalResponseNorm(3, { layout, alpha: 1 }))],
  ["GlobalResponseNorm", (o) => of(new nn.GlobalResponseNorm(6, o))],
  ["LayerScale", (o) => of(new nn.LayerScale(6, o))],
  ["EvoNormB0", (o) => of(new nn.EvoNormB0(6, o))],
  ["EvoNormS0", (o) => of(new nn.EvoNormS0(6, { ...o, groups: 2 }))],
  ["FRN", (o) => of(new nn.FRN(6, o))],
  ["DyT", (o) => of(new nn.DyT(6, o))],
  ["Derf", (o) => of(new nn.Derf(6, o))],
  ["LayerInstanceNorm", (o) => of(new nn.LayerInstanceNorm(6, o))],
  [
    "ConditionalInstanceNorm",
    (o) => {
      const layer = new nn.ConditionalInstanceNorm(6, 4, o);
      return (x) => layer.forward(x, [0, 3, 1]);
    },
  ],
  [
    "ConditionalBatchNorm",
    (o) => {
      const layer = new nn.ConditionalBatchNorm(6, 4, o);
      return (x) => layer.forward(x, [0, 3, 1]);
    },
  ],
  [
    "AdaLIN",
    (o) => {
      const layer = new nn.AdaLIN(6, o);
      const [weight, bias] = [7, 8].map((seed) => randomTensor(runtime, [3, 6], seed));
      return (x) => layer.forward(x, weight, bias);
    },
  ],
];

test.each(layers)("%s", (_, make) => {
  const [first, last] = (["nchw", "nhwc"] as const).map((layout) => make({ layout, runtime }));
  const x = randomTensor(runtime, [3, 4, 5, 6], 1);
  const toFirst = (t: Tensor) => permute(t, [0, 3, 1, 2]);
  const y = last(x);
  expect(y.shape).toEqual(x.shape);
  // Each layout may differ from the oracle by 2e-6, so the two may differ by 4e-6.
  expectClose(toFirst(y).toArray(), first(toFirst(x)).toArray(), 4e-6);
});

test("FiLM", () => {
  const x = randomTensor(runtime, [3, 4, 5, 6], 1);
  const condition = randomTensor(runtime, [3, 2], 2);
  const film = new nn.FiLM(6, 2, { layout: "nhwc", runtime });
  const other = new nn.FiLM(6, 2, { runtime });
  other.loadStateDict(film.stateDict());
  const toFirst = (t: Tensor) => permute(t, [0, 3, 1, 2]);
  const want = other.forward(toFirst(x), condition);
  expectClose(toFirst(film.forward(x, condition)).toArray(), want.data, 4e-6);
});

test("InstanceNorm1d without a batch", () => {
  const x = randomTensor(runtime, [9, 6], 1);
  const [first, last] = (["nchw", "nhwc"] as const).map(
    (layout) => new nn.InstanceNorm1d(6, { layout, runtime }),
  );
  const want = first.forward(permute(x, [1, 0]));
  expectClose(permute(last.forward(x), [1, 0]).toArray(), want.data, 4e-6);
});
