import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const state = ["weight", "bias", "running_mean", "running_var"];
const layers: [name: string, make: () => nn.Module, keys: string[], learned: number][] = [
  ["FrozenBatchNorm2d", () => new nn.FrozenBatchNorm2d(3, { runtime }), state, 0],
  ["BatchRenorm", () => new nn.BatchRenorm(3, { runtime }), state, 2],
  ["GhostBatchNorm", () => new nn.GhostBatchNorm(3, { virtualBatchSize: 2, runtime }), state, 2],
  [
    "BatchInstanceNorm",
    () => new nn.BatchInstanceNorm(3, { runtime }),
    ["weight", "bias", "gate", "running_mean", "running_var"],
    3,
  ],
];

const mixed: typeof layers = [
  [
    "SwitchableNorm",
    () => new nn.SwitchableNorm(3, { runtime }),
    ["weight", "bias", "mean_weight", "var_weight", "running_mean", "running_var"],
    4,
  ],
  [
    "PowerNorm",
    () => new nn.PowerNorm(3, { runtime }),
    ["weight", "bias", "running_phi", "ema_gz", "iters"],
    2,
  ],
  [
    "IterNorm",
    () => new nn.IterNorm(3, { groups: 3, runtime }),
    ["weight", "bias", "running_mean", "running_whitening"],
    2,
  ],
];

test.each([...layers, ...mixed])("%s: keys, training and evaluation", (_, make, keys, learned) => {
  const layer = make();
  expect([...layer.stateDict().keys()]).toEqual(keys);
  expect(layer.parameters().length).toBe(learned);
  const x = randomTensor(runtime, [4, 3, 5, 5], 1, true);
  const before = stateOf(layer);
  const y = layer.forward(x);
  y.backward(randomTensor(runtime, y.shape, 2));
  for (const parameter of layer.parameters()) expect(parameter.grad).not.toBeNull();
  const after = stateOf(layer);
  if (learned > 0) expect(after).not.toEqual(before);
  else expect(after).toEqual(before);
  expect(layer.eval().forward(x).toArray().every(Number.isFinite)).toBe(true);
});

/** The first running statistic of the layer. */
const stateOf = (layer: nn.Module) => {
  const keys = ["running_mean", "running_phi"];
  const [value] = keys.flatMap((key) => layer.stateDict().get(key) ?? []);
  return (value as Tensor).toArray();
};

test("PowerNorm leaves its warm-up after so many steps", () => {
  const layer = new nn.PowerNorm(3, { warmUpIterations: 1, runtime });
  const x = randomTensor(runtime, [4, 3, 5], 1);
  const first = layer.forward(x).toArray();
  expect(layer.iters.item()).toBe(1);
  expect(layer.forward(x).toArray()).not.toEqual(first);
});

test("IterNorm starts as the identity in evaluation", () => {
  const x = randomTensor(runtime, [4, 6, 5], 1);
  const layer = new nn.IterNorm(6, { groups: 2, runtime }).eval();
  expect(layer.forward(x).toArray()).toEqual(x.data);
});

test("FrozenBatchNorm2d passes over num_batches_tracked, in a network too, but over nothing else", () => {
  const network = (Norm: typeof nn.FrozenBatchNorm2d | typeof nn.BatchNorm2d) =>
    new nn.Sequential(new nn.Conv2d(2, 3, 1, { runtime }), new Norm(3, { runtime }));
  const state = network(nn.BatchNorm2d).stateDict();
  expect(state.has("1.num_batches_tracked")).toBe(true);
  const frozen = network(nn.FrozenBatchNorm2d);
  expect(frozen.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(() => frozen.loadStateDict(new Map([...state, ["1.gate", x3()]]))).toThrow(
    'Unexpected key(s) in state_dict: "1.gate"',
  );
});
const x3 = () => randomTensor(runtime, [3], 1);

test("ConvTranspose2d: PyTorch's keys, shapes and bounds of the first values", () => {
  const layer = new nn.ConvTranspose2d(4, 6, [3, 2], { groups: 2, runtime });
  expect([...layer.stateDict()].map(([key, { shape }]) => [key, shape])).toEqual([
    ["weight", [4, 3, 3, 2]],
    ["bias", [6]],
  ]);
  const bound = 1 / Math.sqrt(3 * 3 * 2);
  const largest = Math.max(...[...layer.weight.data, ...(layer.bias?.data ?? [])].map(Math.abs));
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.9 * bound);
  expect(() => new nn.ConvTranspose2d(4, 6, 3, { groups: 3, runtime })).toThrow("in_channels");
  expect(() => new nn.ConvTranspose2d(3, 4, 3, { groups: 3, runtime })).toThrow("out_channels");
});

test("clamp keeps the gate of BatchInstanceNorm in [0, 1]", () => {
  const layer = new nn.BatchInstanceNorm(3, { runtime });
  layer.gate.data.set([-1, 0.5, 2]);
  layer.clamp();
  expect([...layer.gate.data]).toEqual([0, 0.5, 1]);
});

describe("foldBatchNorm", () => {
  /** A norm whose parameters and running statistics are not the initial ones. */
  const trained = (channels: number) => {
    const norm = new nn.BatchNorm2d(channels, { runtime });
    const tensors = [...norm.stateDict().values()].slice(0, 4) as Tensor[];
    tensors.forEach((t, i) => {
      t.data.set(normal(channels, i, 0.2, 1));
    });
    return norm.eval();
  };
  const x = () => randomTensor(runtime, [2, 4, 6, 6], 1);
  const convs: [string, () => nn.Conv2d | nn.ConvTranspose2d][] = [
    ["plain", () => new nn.Conv2d(4, 6, 3, { runtime })],
    [
      "grouped, strided, without bias",
      () => new nn.Conv2d(4, 6, 3, { groups: 2, stride: 2, padding: 1, bias: false, runtime }),
    ],
    ["transposed", () => new nn.ConvTranspose2d(4, 6, 3, { runtime })],
    [
      "transposed, grouped, up-sampling, without bias",
      () => {
        const upSampling = { stride: 2, padding: 1, outputPadding: 1 };
        return new nn.ConvTranspose2d(4, 6, 3, { ...upSampling, groups: 2, bias: false, runtime });
      },
    ],
  ];
  test.each(convs)("convolution, %s", (_, make) => {
    const [layer, norm] = [make(), trained(6)];
    const want = norm.forward(layer.forward(x()));
    const folded = nn.foldBatchNorm(layer, norm);
    expect(folded).not.toBe(layer);
    const got = folded.forward(x());
    expect(got.shape).toEqual(want.shape);
    expectClose(got.data, want.data, 1e-6);
  });

  test("linear, and a frozen norm", () => {
    const [layer, norm] = [
      new nn.Linear(4, 6, { runtime }),
      new nn.FrozenBatchNorm2d(6, { runtime }),
    ];
    norm.loadStateDict(trained(6).stateDict());
    const rows = randomTensor(runtime, [5, 4], 2);
    const want = norm.forward(layer.forward(rows));
    expectClose(nn.foldBatchNorm(layer, norm).forward(rows).toArray(), want.data, 1e-6);
  });

  test("refusals", () => {
    const layer = new nn.Linear(4, 6, { runtime });
    expect(() => nn.foldBatchNorm(layer, trained(5))).toThrow(
      "foldBatchNorm: expected a norm of 6 channels, got 5",
    );
    const untracked = new nn.BatchNorm2d(6, { trackRunningStats: false, runtime });
    expect(() => nn.foldBatchNorm(layer, untracked)).toThrow("with running statistics");
  });
});
