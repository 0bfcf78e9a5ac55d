// The layers of the per-sample norms: names and first values as in the references, and the options of the operation.
import { describe, expect, test } from "vitest";
import * as layers from "../../src/nn/index.js";
import * as ops from "../../src/ops/index.js";
import { tensor } from "../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const values = (layer: layers.Module) =>
  Object.fromEntries([...layer.stateDict()].map(([key, t]) => [key, Array.from(t.data, Number)]));

describe("initial values under the keys of the references", () => {
  const cases: [name: string, make: () => layers.Module, want: Record<string, number[]>][] = [
    ["LayerNorm2d", () => new layers.LayerNorm2d(2, { runtime }), { weight: [1, 1], bias: [0, 0] }],
    ["LocalResponseNorm", () => new layers.LocalResponseNorm(5), {}],
    ["RMSNorm", () => new layers.RMSNorm(2, { runtime }), { weight: [1, 1] }],
    ["RMSNorm2d", () => new layers.RMSNorm2d(2, { runtime }), { weight: [1, 1] }],
    ["PixelNorm", () => new layers.PixelNorm(), {}],
    [
      "ChannelsLast",
      () => new layers.ChannelsLast(new layers.ScaleNorm(16, { runtime })),
      { scale: [4] },
    ],
    [
      "RMSNorm as in Gemma",
      () => new layers.RMSNorm(2, { unitOffset: true, runtime }),
      { weight: [0, 0] },
    ],
    ["CRMSNorm", () => new layers.CRMSNorm(2, { runtime }), { weight: [1, 1] }],
    ["ScaleNorm", () => new layers.ScaleNorm(16, { runtime }), { scale: [4] }],
    ["QKNorm", () => new layers.QKNorm(2, { runtime }), { scale: [1] }],
    ["LayerScale", () => new layers.LayerScale(1, { runtime }), { gamma: [Math.fround(1e-5)] }],
    [
      "GlobalResponseNorm",
      () => new layers.GlobalResponseNorm(2, { runtime }),
      { weight: [0, 0], bias: [0, 0] },
    ],
    ["AdaLIN", () => new layers.AdaLIN(1, { runtime }), { rho: [Math.fround(0.9)] }],
    [
      "LayerInstanceNorm",
      () => new layers.LayerInstanceNorm(1, { runtime }),
      { rho: [0], gamma: [1], beta: [0] },
    ],
    [
      "ConditionalInstanceNorm",
      () => new layers.ConditionalInstanceNorm(1, 2, { runtime }),
      { weight: [1, 1], bias: [0, 0] },
    ],
    [
      "ConditionalBatchNorm",
      () => new layers.ConditionalBatchNorm(1, 2, { runtime }),
      {
        weight: [1, 1],
        bias: [0, 0],
        running_mean: [0],
        running_var: [1],
        num_batches_tracked: [0],
      },
    ],
  ];
  test.each(cases)("%s", (_, make, want) => {
    expect(values(make())).toEqual(want);
  });
});

describe("forward", () => {
  test("is the op", () => {
    const x = randomTensor(runtime, [2, 4, 3, 4], 1);
    // Read the values only after the call: if the memory grows, an earlier view of it is empty.
    const same = (layer: layers.Module, y: { data: Float32Array }) =>
      expect(layer.forward(x).toArray()).toEqual(y.data);
    same(new layers.LayerNorm2d(4, { runtime }), ops.layerNorm2d(x));
    same(new layers.LocalResponseNorm(4, { k: 2 }), ops.localResponseNorm(x, 4, { k: 2 }));
    same(
      new layers.RMSNorm(4, { partial: 0.5, eps: 1e-3, runtime }),
      ops.rmsNorm(x, [4], { partial: 0.5, eps: 1e-3 }),
    );
    same(
      new layers.RMSNorm(4, { epsOutside: true, eps: 1e-3, runtime }),
      ops.rmsNorm(x, [4], { epsOutside: true, eps: 1e-3 }),
    );
    same(new layers.RMSNorm(4, { unitOffset: true, runtime }), ops.rmsNorm(x, [4]));
    same(new layers.CRMSNorm(4, { runtime }), ops.crmsNorm(x));
    const scale = tensor([2], [], { runtime });
    same(new layers.ScaleNorm(4, { runtime }), ops.scaleNorm(x, scale));
    const layer = new layers.QKNorm(5, { runtime });
    expect(layer.apply(x, x).q.data).toEqual(layer.forward(x).toArray());
    expect(layer.apply(x, x).k.data).toEqual(ops.normalize(x, { dim: -1 }).toArray());
    same(
      new layers.LayerScale(4, { initValues: 3, runtime }),
      ops.mul(x, tensor([3], [], { runtime })),
    );
    same(new layers.GlobalResponseNorm(4, { runtime }), x); // the layer starts as the identity
    same(new layers.RMSNorm2d(4, { eps: 0.1, runtime }), ops.rmsNorm2d(x, { eps: 0.1 }));
    same(new layers.PixelNorm({ eps: 0.1 }), ops.pixelNorm(x, { eps: 0.1 }));
    same(
      new layers.PositionalNorm({ correction: 1 }),
      ops.positionalNorm(x, { correction: 1 }).output,
    );
    same(new layers.MeanVarianceNorm({ axes: [1, 2] }), ops.meanVarianceNorm(x, { axes: [1, 2] }));
    same(new layers.UnitNorm({ p: 1, dim: 3 }), ops.normalize(x, { p: 1, dim: 3 }));
    same(new layers.Identity(), x);
  });

  test.each([[[2, 4]], [[2, 4, 3]], [[2, 4, 3, 5]], [[2, 4, 3, 2, 2]]])(
    "ChannelsLast and ChannelsFirst turn %j and back",
    (shape) => {
      const x = randomTensor(runtime, shape, 1, true);
      const last = new layers.ChannelsLast(new layers.LayerNorm(4, { eps: 1e-6, runtime }));
      const y = last.forward(x);
      expectClose(y.data, ops.layerNorm2d(x).toArray(), 1e-6);
      y.backward(randomTensor(runtime, shape, 2));
      expect(last.parameters().every((parameter) => parameter.grad)).toBe(true);
      const same = randomTensor(runtime, shape, 1, true);
      ops.layerNorm2d(same).backward(randomTensor(runtime, shape, 2));
      expectClose(x.grad?.data ?? [], same.grad?.data ?? [], 1e-5);
      const order = [...shape.keys()];
      const turned = ops.permute(x, [0, ...order.slice(2), 1]);
      const first = new layers.ChannelsFirst(new layers.LayerNorm2d(4, { runtime }));
      expectClose(
        first.forward(turned).toArray(),
        ops.permute(y, [0, ...order.slice(2), 1]).toArray(),
        1e-6,
      );
    },
  );

  test("ChannelsLast switches its layer to evaluation, and refuses one axis", () => {
    const layer = new layers.ChannelsLast(new layers.ScaleNorm(4, { runtime }));
    expect(layer.eval().layer.training).toBe(false);
    expect(() => layer.forward(randomTensor(runtime, [4], 1))).toThrow(
      "ChannelsLast: expected input of 2 or more dimensions, got [4]",
    );
  });

  test("constructors refuse what is no size", () => {
    expect(() => new layers.LayerNorm2d(0)).toThrow(RangeError);
    expect(() => new layers.LocalResponseNorm(1.5)).toThrow(RangeError);
    expect(() => new layers.ScaleNorm(0)).toThrow(RangeError);
    expect(() => new layers.QKNorm(1)).toThrow(RangeError);
    expect(() => new layers.GlobalResponseNorm(-1)).toThrow(RangeError);
  });
});
