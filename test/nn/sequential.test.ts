import { afterEach, describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import * as nn from "../../src/nn/index.js";
import { relu } from "../../src/ops/elementwise/relu.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, randomTensor, recordKernels, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const kernels = recordKernels(runtime);
afterEach(() => {
  kernels.length = 0;
});

const norms: [string, () => nn.Module][] = [
  ["BatchNorm2d", () => new nn.BatchNorm2d(8, { runtime })],
  ["InstanceNorm2d", () => new nn.InstanceNorm2d(8, { affine: true, runtime })],
  ["GroupNorm", () => new nn.GroupNorm(2, 8, { runtime })],
];
const input = (seed: number) => randomTensor(runtime, [3, 8, 5, 6], seed, true);

describe("a norm and the ReLU behind it", () => {
  test.each(norms)("%s: one pass, the same results and gradients", (_, make) => {
    const [joined, apart] = [make(), make()];
    const [x, z] = [input(1), input(1)];
    const y = new nn.Sequential(joined, new nn.ReLU()).forward(x);
    expect(kernels).not.toContain("reluForward");
    const want = relu(apart.forward(z) as Tensor);
    expectClose(y.data, want.data, 1e-6);
    y.backward(randomTensor(runtime, y.shape, 2));
    want.backward(randomTensor(runtime, y.shape, 2));
    expectClose(x.grad?.data ?? [], z.grad?.data ?? [], 1e-5);
    for (const [key, value] of joined.stateDict()) {
      const other = apart.stateDict().get(key);
      expectClose([...value.data].map(Number), [...(other?.data ?? [])].map(Number), 1e-6, key);
    }
  });

  test.each(norms)("%s: a forward of one's own is called", (_, make) => {
    const norm = make();
    const calls: string[] = [];
    const forward = norm.forward.bind(norm);
    norm.forward = (x: Tensor) => {
      calls.push("norm");
      return forward(x);
    };
    class Counted extends nn.ReLU {
      override forward(x: Tensor): Tensor {
        calls.push("relu");
        return super.forward(x);
      }
    }
    new nn.Sequential(norm, new nn.ReLU(), make(), new Counted()).forward(input(1));
    expect(calls).toEqual(["norm", "relu"]);
    expect(kernels.filter((name) => name === "reluForward").length).toBe(2);
  });
});

test("foldBatchNorm of a Sequential: every pair at any depth, other layers shared", () => {
  const linear = new nn.Linear(6, 2, { runtime });
  const net = new nn.Sequential(
    new nn.Sequential(
      new nn.Conv2d(8, 6, 3, { bias: false, runtime }),
      new nn.BatchNorm2d(6, { runtime }),
      new nn.ReLU(),
    ),
    new nn.BatchNorm2d(6, { runtime }),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    linear,
  );
  for (let step = 0; step < 3; step++) net.forward(input(step));
  net.eval();
  const before = [...net.stateDict().keys()];
  const folded = nn.foldBatchNorm(net);
  expectClose(folded.forward(input(4)).toArray(), net.forward(input(4)).toArray(), 1e-6);
  expect([...net.stateDict().keys()]).toEqual(before);
  const first = folded.layers[0] as nn.Sequential;
  expect(first.layers.map((layer) => layer.constructor.name)).toEqual(["Conv2d", "ReLU"]);
  expect(folded.layers[4]).toBe(linear);
});

test("foldBatchNorm of a single layer needs a norm", () => {
  const layer = new nn.Linear(4, 6, { runtime }) as unknown as nn.Sequential;
  expect(() => nn.foldBatchNorm(layer)).toThrow("expected a batch norm, or a Sequential alone");
});

const products: [string, () => nn.Module, number[]][] = [
  ["3×3 by Winograd", () => new nn.Conv2d(8, 6, 3, { padding: 1, runtime }), [2, 8, 12, 13]],
  [
    "its stride 2",
    () => new nn.Conv2d(16, 6, 3, { stride: 2, padding: 1, runtime }),
    [2, 16, 17, 18],
  ],
  ["few channels, straight", () => new nn.Conv2d(3, 8, 3, { padding: 1, runtime }), [2, 3, 8, 8]],
  [
    "a dense gather, rows no multiple of 4",
    () => new nn.Conv2d(7, 5, 5, { runtime }),
    [2, 7, 9, 11],
  ],
  ["groups", () => new nn.Conv2d(8, 12, 3, { groups: 4, stride: 2, runtime }), [3, 8, 9, 9]],
  ["columns of filters", () => new nn.Conv2d(32, 3, 9, { padding: 4, runtime }), [1, 32, 12, 12]],
];
const transposed: typeof products = [
  ["transposed", () => new nn.ConvTranspose2d(6, 4, 4, { stride: 2, runtime }), [2, 6, 5, 7]],
  [
    "transposed by Winograd",
    () => new nn.ConvTranspose2d(16, 8, 3, { stride: 2, padding: 1, runtime }),
    [2, 16, 9, 9],
  ],
  ["linear", () => new nn.Linear(20, 13, { runtime }), [5, 20]],
  ["linear, long sums in parts", () => new nn.Linear(4096, 8, { runtime }), [8, 4096]],
];

describe("a product and the ReLU behind it", () => {
  test.each([...products, ...transposed])("%s: one pass, the same bits", (_, make, shape) => {
    const layer = make();
    const [x, z] = [randomTensor(runtime, shape, 1, true), randomTensor(runtime, shape, 1, true)];
    const y = new nn.Sequential(layer, new nn.ReLU()).forward(x);
    expect(kernels).not.toContain("reluForward");
    const want = relu(layer.forward(z) as Tensor);
    expect(y.data).toEqual(want.data);
    expect(y.data.some((v) => v === 0) && y.data.some((v) => v > 0)).toBe(true);
    const gradients = [y, want].map((out) => {
      layer.zeroGrad();
      out.backward(randomTensor(runtime, out.shape, 2));
      return layer.parameters().map((parameter) => parameter.grad?.toArray());
    });
    expect(gradients[0]).toEqual(gradients[1]);
    expect(x.grad?.data).toEqual(z.grad?.data);
  });

  test("NaN stays NaN, and −∞ becomes 0", () => {
    const layer = new nn.Linear(1, 2, { runtime });
    layer.bias?.data.set([0, Number.NEGATIVE_INFINITY]);
    const x = randomTensor(runtime, [1, 1], 1);
    x.data[0] = Number.NaN;
    expect([...layer.activated(x, "relu").toArray()]).toEqual([Number.NaN, Number.NaN]);
    x.data[0] = 1;
    expect(layer.activated(x, "relu").toArray()[1]).toBe(0);
  });
});

describe("a convolution and the batch norm behind it, in evaluation under noGrad", () => {
  /** A batch norm with statistics and parameters of its own. */
  function trained(channels: number): nn.BatchNorm2d {
    const norm = new nn.BatchNorm2d(channels, { runtime });
    const values = [norm.runningMean, norm.runningVar, norm.weight, norm.bias];
    for (const [i, value] of values.entries())
      value?.data.set(
        randomTensor(runtime, [channels], 10 + i)
          .toArray()
          .map((v) => (i === 1 ? 0.5 + v * v : v)),
      );
    return norm;
  }

  test.each(products)("%s: one pass, with and without a ReLU", (_, make, shape) => {
    const conv = make() as nn.Conv2d;
    const norm = trained(conv.weight.shape[0]);
    const x = randomTensor(runtime, shape, 1);
    for (const behind of [[], [new nn.ReLU()]]) {
      const net = new nn.Sequential(conv, norm, ...behind).eval();
      const want = net.forward(x);
      expect(kernels).toContain("channelNormalize");
      kernels.length = 0;
      const { tensors } = runtime.stats();
      const y = noGrad(() => net.forward(x));
      expect(runtime.stats().tensors).toBe(tensors + 1);
      expect(kernels).not.toContain("channelNormalize");
      expect(kernels).not.toContain("reluForward");
      expectClose(y.data, want.data, 2e-6);
      kernels.length = 0;
    }
  });

  test("a standardised convolution too, and one without bias", () => {
    const conv = new nn.StdConv2d(8, 6, 3, { bias: false, runtime });
    const net = new nn.Sequential(conv, trained(6)).eval();
    const x = randomTensor(runtime, [2, 8, 9, 9], 1);
    const want = net.forward(x);
    kernels.length = 0;
    expectClose(noGrad(() => net.forward(x)).toArray(), want.data, 2e-6);
    expect(kernels).not.toContain("channelNormalize");
  });

  test.each<[string, (net: nn.Sequential) => void]>([
    ["in training", (net) => net.train()],
    [
      "where the norm's forward is somebody else's",
      (net) => {
        const norm = net.layers[1];
        const forward = norm.forward.bind(norm);
        norm.forward = (x: Tensor) => forward(x);
      },
    ],
    [
      "where the scale is beyond float32",
      (net) => {
        (net.layers[1] as nn.BatchNorm2d).weight?.data.fill(3e38);
        (net.layers[1] as nn.BatchNorm2d).runningVar?.data.fill(1e-8);
      },
    ],
  ])("not %s", (_, change) => {
    const conv = new nn.Conv2d(8, 6, 3, { runtime });
    const net = new nn.Sequential(conv, trained(6)).eval();
    change(net);
    noGrad(() => net.forward(randomTensor(runtime, [2, 8, 9, 9], 1)));
    expect(kernels.some((name) => name.startsWith("channelNorm"))).toBe(true);
  });

  test.each([
    ["beyond", 1e25, 1e-30, 1e-30],
    ["below", 1e-25, 1e38, 1e30],
  ])("a product of weight and scale %s float32 does not matter", (_, weight, variance, value) => {
    const conv = new nn.Conv2d(1, 1, 3, { bias: false, runtime });
    const norm = new nn.BatchNorm2d(1, { eps: 1e-30, runtime }).eval() as nn.BatchNorm2d;
    const net = new nn.Sequential(conv, norm).eval();
    conv.weight.data.fill(weight);
    norm.runningVar?.data.fill(variance === 1e-30 ? 0 : variance);
    const x = randomTensor(runtime, [1, 1, 5, 5], 1);
    x.data.fill(value);
    const want = net.forward(x);
    expect(want.data[0]).toBeGreaterThan(0);
    expectClose(noGrad(() => net.forward(x)).toArray(), want.data, 2e-6 * want.data[0]);
  });

  test("what the layers themselves refuse is refused: another rank, another runtime", async () => {
    const conv = new nn.Conv2d(8, 6, 3, { runtime });
    const x = randomTensor(runtime, [2, 8, 9, 9], 1);
    const other = await createRuntime({ threads: 1 });
    for (const [norm, message] of [
      [new nn.BatchNorm1d(6, { runtime }), "BatchNorm1d: expected 2D or 3D input (got 4D input)"],
      [new nn.BatchNorm3d(6, { runtime }), "BatchNorm3d: expected 5D input (got 4D input)"],
      [new nn.BatchNorm2d(6, { runtime: other }), "batchNorm: "],
    ] as const) {
      const net = new nn.Sequential(conv, norm).eval();
      expect(() => net.forward(x)).toThrow(message);
      expect(() => noGrad(() => net.forward(x))).toThrow(message);
    }
    other.close();
  });

  test("other channels are refused as by the layers themselves", () => {
    for (const bias of [true, false]) {
      const conv = new nn.Conv2d(8, 6, 3, { bias, runtime });
      const net = new nn.Sequential(conv, trained(5)).eval();
      const x = randomTensor(runtime, [2, 8, 9, 9], 1);
      expect(() => noGrad(() => net.forward(x))).toThrow("BatchNorm2d: expected 5 channels, got 6");
    }
  });
});
