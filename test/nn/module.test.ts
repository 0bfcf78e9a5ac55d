import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { type AnyTensor, ones, type Tensor, tensor, tidy, zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

class Net extends nn.Module {
  readonly first = new nn.Linear(3, 4, { runtime });
  readonly innerNorm = new nn.BatchNorm1d(4, { runtime });
  readonly tail = new nn.Sequential(new nn.ReLU(), new nn.Linear(4, 2, { bias: false, runtime }));

  forward(x: Tensor): Tensor {
    return this.tail.forward(this.innerNorm.forward(this.first.forward(x)));
  }
}

const keys = [
  "first.weight",
  "first.bias",
  "inner_norm.weight",
  "inner_norm.bias",
  "inner_norm.running_mean",
  "inner_norm.running_var",
  "inner_norm.num_batches_tracked",
  "tail.1.weight",
];

describe("Module", () => {
  test("names parameters and buffers as PyTorch does, in its order", () => {
    const net = new Net();
    expect([...net.stateDict().keys()]).toEqual(keys);
    expect([...net.namedParameters()].map(([key]) => key)).toEqual(
      keys.filter((key) => !/running|num_/.test(key)),
    );
    expect(net.parameters().every((parameter) => parameter.requiresGrad)).toBe(true);
  });

  test("train and eval reach every child", () => {
    const net = new Net();
    net.eval();
    expect([...net.modules()].every(([, module]) => !module.training)).toBe(true);
    net.train();
    expect([...net.modules()].every(([, module]) => module.training)).toBe(true);
  });

  test("loads a state dict by value", () => {
    const [from, to] = [new Net(), new Net()];
    to.loadStateDict(from.stateDict());
    for (const [key, value] of to.stateDict()) {
      expect(value.data).toEqual(from.stateDict().get(key)?.data);
      expect(value).not.toBe(from.stateDict().get(key));
    }
  });

  test("a checkpoint that does not count batches loads, as those of PyTorch before 0.4.1 do", () => {
    for (const norm of [
      new nn.BatchNorm1d(3, { runtime }),
      new nn.SyncBatchNorm(3, { runtime }),
      new nn.InstanceNorm2d(3, { trackRunningStats: true, affine: true, runtime }),
    ]) {
      const net = new nn.Sequential(norm);
      const state = new Map(net.stateDict());
      state.delete("0.num_batches_tracked");
      if (norm.numBatchesTracked) norm.numBatchesTracked.data[0] = 5n;
      const missingKeys = ["0.num_batches_tracked"];
      expect(net.loadStateDict(state)).toEqual({ missingKeys, unexpectedKeys: [] });
      expect(norm.numBatchesTracked?.item()).toBe(5);
      state.delete("0.running_var");
      expect(() => net.loadStateDict(state)).toThrow(
        'Missing key(s) in state_dict: "0.running_var".',
      );
    }
  });

  test.each<[string, (net: Net, state: Map<string, AnyTensor>) => void, string]>([
    [
      "a tensor of the state was disposed",
      (_, state) => state.get("tail.1.weight")?.dispose(),
      "loadStateDict: tail.1.weight of shape [2, 4] was disposed",
    ],
    [
      "a parameter of the net was disposed",
      (net) => net.stateDict().get("tail.1.weight")?.dispose(),
      "loadStateDict: the model's own tail.1.weight of shape [2, 4] was disposed",
    ],
  ])("where %s nothing is loaded", (_, damage, message) => {
    const net = new Net();
    const state = new Net().stateDict();
    const before = net.first.weight.toArray();
    damage(net, state);
    expect(() => net.loadStateDict(state)).toThrow(message);
    expect(net.first.weight.toArray()).toEqual(before);
  });

  test("refuses missing, unexpected and misshapen entries together, changing nothing", () => {
    const net = new Net();
    const state = new Map<string, AnyTensor>(new Net().stateDict());
    state.delete("first.bias");
    state.set("extra", zeros([1], { runtime }));
    state.set("tail.1.weight", zeros([2, 5], { runtime }));
    state.set("inner_norm.weight", tensor(new Int32Array(4), [4], { runtime }));
    const before = [...net.stateDict().values()].map((value) => value.toArray());
    expect(() => net.loadStateDict(state)).toThrow(
      [
        "Error(s) in loading state_dict for Net:",
        'Unexpected key(s) in state_dict: "extra".',
        'Missing key(s) in state_dict: "first.bias".',
        "dtype mismatch for inner_norm.weight: int32 in checkpoint, float32 in current model; " +
          "{ cast: true } converts it.",
        "size mismatch for tail.1.weight: copying a param with shape [2, 5] from checkpoint, the shape in " +
          "current model is [2, 4].",
      ].join("\n\t"),
    );
    expect([...net.stateDict().values()].map((value) => value.toArray())).toEqual(before);
  });

  test("without strict, loads what fits and returns the rest", () => {
    const net = new Net();
    const state = new Map<string, AnyTensor>([
      ["first.bias", ones([4], { runtime })],
      ["extra", zeros([1], { runtime })],
    ]);
    const { missingKeys, unexpectedKeys } = net.loadStateDict(state, { strict: false });
    expect(missingKeys).toEqual(keys.filter((key) => key !== "first.bias"));
    expect(unexpectedKeys).toEqual(["extra"]);
    expect([...(net.first.bias?.data ?? [])]).toEqual([1, 1, 1, 1]);
  });

  test("zeroGrad frees the gradients, dispose everything", () => {
    const before = runtime.stats().bytes;
    const net = new Net();
    const size = runtime.stats().bytes;
    const x = ones([5, 3], { runtime });
    tidy(() => net.forward(x).backward(ones([5, 2], { runtime })));
    expect(net.parameters().every((parameter) => parameter.grad)).toBe(true);
    net.zeroGrad();
    expect(net.parameters().every((parameter) => parameter.grad === null)).toBe(true);
    x.dispose();
    expect(runtime.stats().bytes).toBe(size);
    net.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  test("parameters made inside tidy live on", () => {
    const layer = tidy(() => new nn.BatchNorm2d(3, { runtime }));
    expect([...layer.stateDict().values()].some((value) => value.disposed)).toBe(false);
  });
});

describe("initialisation", () => {
  test("Linear and Conv2d: uniform within ±1/√fanIn, weight and bias", () => {
    const layers: [nn.Linear | nn.Conv2d, number][] = [
      [new nn.Linear(100, 50, { runtime }), 0.1],
      [new nn.Conv2d(4, 50, 5, { runtime }), 0.1],
      [new nn.Conv2d(16, 40, [5, 5], { groups: 4, runtime }), 0.1],
    ];
    for (const [layer, bound] of layers) {
      for (const { data } of layer.parameters()) {
        const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeLessThanOrEqual(bound);
        expect(largest).toBeGreaterThan(0.8 * bound);
        const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
        expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length)); // 4 standard errors
      }
    }
  });
});

describe("refusals", () => {
  test.each<[string, () => unknown]>([
    [
      "GroupNorm: num_channels must be divisible by num_groups, got 6 and 4",
      () => new nn.GroupNorm(4, 6, { runtime }),
    ],
    [
      "Conv2d: in_channels must be divisible by groups",
      () => new nn.Conv2d(3, 4, 3, { groups: 2, runtime }),
    ],
    [
      "Conv2d: expected kernelSize a number or [height, width] of integers ≥ 1, got 0",
      () => new nn.Conv2d(3, 4, 0, { runtime }),
    ],
    [
      "BatchNorm2d: expected numFeatures to be an integer ≥ 1, got -3",
      () => new nn.BatchNorm2d(-3, { runtime }),
    ],
    [
      "Linear: expected outFeatures to be an integer ≥ 0, got 1.5",
      () => new nn.Linear(3, 1.5, { runtime }),
    ],
    [
      "LayerNorm: expected normalizedShape to be an integer ≥ 1, got NaN",
      () => new nn.LayerNorm(NaN, { runtime }),
    ],
    [
      "BatchNorm2d: expected 4D input (got 3D input)",
      () => new nn.BatchNorm2d(3, { runtime }).forward(zeros([2, 3, 4], { runtime })),
    ],
    [
      "BatchNorm1d: expected 2D or 3D input (got 4D input)",
      () => new nn.BatchNorm1d(3, { runtime }).forward(zeros([2, 3, 4, 4], { runtime })),
    ],
    [
      "InstanceNorm2d: expected 3D or 4D input (got 2D input)",
      () => new nn.InstanceNorm2d(3, { runtime }).forward(zeros([2, 3], { runtime })),
    ],
  ])("%s", (message, call) => {
    expect(call).toThrow(message);
  });

  test("a refused batch leaves the counter and running statistics alone", () => {
    const layer = new nn.BatchNorm2d(3, { runtime });
    expect(() => layer.forward(ones([1, 3, 1, 1], { runtime }))).toThrow(
      "Expected more than 1 value per channel when training",
    );
    expect(layer.numBatchesTracked?.item()).toBe(0);
    expect([...(layer.runningMean?.data ?? [])]).toEqual([0, 0, 0]);
  });
});

describe("BatchNorm momentum", () => {
  test("null averages all batches alike", () => {
    const layer = new nn.BatchNorm1d(1, { momentum: null, runtime });
    for (const mean of [1, 2, 6]) layer.forward(tensor([mean - 1, mean + 1], [2, 1], { runtime }));
    expect(layer.numBatchesTracked?.item()).toBe(3);
    expect(layer.runningMean?.item()).toBeCloseTo(3, 6);
    expect(layer.runningVar?.item()).toBeCloseTo(2, 6);
  });
});
