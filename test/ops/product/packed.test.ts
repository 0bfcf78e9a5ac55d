import { afterEach, describe, expect, test } from "vitest";
import { noGrad } from "../../../src/autograd.js";
import type { DType } from "../../../src/dtype.js";
import * as nn from "../../../src/nn/index.js";
import { linear } from "../../../src/ops/product/linear.js";
import { SGD } from "../../../src/optim/index.js";
import { defaultGenerator } from "../../../src/random.js";
import { createRuntime } from "../../../src/runtime/create-runtime.js";
import { full, type Tensor, zeros } from "../../../src/tensor.js";
import { expectClose, randomTensor, recordKernels, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();
const kernels = recordKernels(runtime);
afterEach(() => {
  kernels.length = 0;
});

/** Layers with packed weights, the shape of their input, and the kernel that packs. */
const layers: [string, () => nn.Module & { weight: Tensor }, number[]][] = [
  ["gemmPack", () => new nn.Linear(20, 13, { runtime }), [5, 20]],
  ["convPack", () => new nn.Conv2d(5, 7, 5, { padding: 2, runtime }), [2, 5, 9, 8]],
];

/** How often `fn` packs a weight without gradients. */
function packs(fn: () => unknown): number {
  kernels.length = 0;
  noGrad(fn);
  return kernels.filter((name) => name.endsWith("Pack")).length;
}

describe.each(layers)("weights of %s", (_, make, shape) => {
  const input = () => randomTensor(runtime, shape, 1);

  test("are packed in the first call and in the second, which keeps them", () => {
    const layer = make();
    const x = input();
    const want = noGrad(() => layer.forward(x)).toArray();
    const { tensors, bytes, peakBytes } = runtime.stats();
    expect([1, 2, 3].map(() => packs(() => layer.forward(x).dispose()))).toEqual([1, 0, 0]);
    expect(runtime.stats()).toEqual({ tensors, bytes, peakBytes });
    expect(noGrad(() => layer.forward(x)).toArray()).toEqual(want);
    expect(layer.forward(x).toArray()).toEqual(want);
    expect(kernels.filter((name) => name.endsWith("Pack")).length).toBe(1); // with gradients
  });

  const other = (layer: { weight: Tensor }) => randomTensor(runtime, layer.weight.shape, 8);
  test.each<[string, (layer: nn.Module & { weight: Tensor }) => void]>([
    [
      "a step of an optimiser",
      (layer) => {
        layer.forward(input()).backward(full(layer.forward(input()).shape, 1, { runtime }));
        new SGD([layer.weight], { lr: 1 }).step();
      },
    ],
    [
      "a state dict",
      (layer) => layer.loadStateDict(new Map([["weight", other(layer)]]), { strict: false }),
    ],
    ["random numbers", (layer) => defaultGenerator.fillNormal(layer.weight)],
    ["a view", (layer) => layer.weight.data.set(other(layer).toArray())],
    ["a view of an alias", (layer) => layer.weight.detach().reshape([-1]).data.fill(2)],
  ])("follow %s", (_, change) => {
    const layer = make();
    const x = input();
    for (let call = 0; call < 3; call++) noGrad(() => layer.forward(x));
    const before = noGrad(() => layer.forward(x)).toArray();
    change(layer);
    const after = noGrad(() => layer.forward(x)).toArray();
    expect(after).not.toEqual(before);
    const copy = make();
    copy.loadStateDict(layer.stateDict() as Map<string, Tensor<DType>>);
    expect(after).toEqual(noGrad(() => copy.forward(x)).toArray());
  });

  test("are kept behind training as well", () => {
    const layer = make();
    const x = input();
    const y = layer.forward(x);
    y.backward(full(y.shape, 1, { runtime }));
    new SGD(layer.parameters(), { lr: 0.1 }).step();
    layer.loadStateDict(layer.stateDict());
    expect([1, 2, 3].map(() => packs(() => layer.forward(x).dispose()))).toEqual([1, 1, 0]);
  });

  test("are not kept where a view may still write them", () => {
    const layer = make();
    const view = layer.weight.data;
    const x = input();
    const calls = [1, 2, 3].map((call) => {
      view.fill(call);
      return packs(() => layer.forward(x).dispose());
    });
    expect(calls).toEqual([1, 1, 1]);
    layer.weight.toArray();
  });
});

test("panels of a convolution with a batch norm folded in follow its statistics", () => {
  const norm = new nn.BatchNorm2d(7, { runtime });
  const net = new nn.Sequential(new nn.Conv2d(5, 7, 5, { runtime }), norm);
  const x = randomTensor(runtime, [2, 5, 9, 8], 1);
  for (let step = 0; step < 3; step++) {
    net.train().forward(x);
    const want = net.eval().forward(x);
    const calls = [1, 2, 3].map(() =>
      packs(() => expectClose(net.forward(x).toArray(), want.data, 2e-6)),
    );
    expect(calls).toEqual([1, 1, 0]);
  }
});

test("a weight used in two ways is packed for each, and one for the other gives memory back", async () => {
  const own = await createRuntime({ threads: 1 });
  const weight = randomTensor(own, [120, 1000], 1);
  const [a, b] = [1000, 500].map((k) => randomTensor(own, [3, k], 2));
  const narrow = weight.reshape([240, 500]);
  const ways = () =>
    [linear(a, weight), linear(a, weight), linear(b, narrow), linear(b, narrow)].map((y) => {
      const values = y.toArray();
      y.dispose();
      return values;
    });
  const want = noGrad(ways);
  const size = own.memory.buffer.byteLength;
  for (let round = 0; round < 20; round++) expect(noGrad(ways)).toEqual(want);
  expect(own.memory.buffer.byteLength).toBe(size); // 20 more panels of 480 KB would not fit
  own.close();
});

test("panels are given up where memory is needed, and with their weight", async () => {
  const small = await createRuntime({ threads: 1, maximumMemory: 2 ** 20 });
  const names = recordKernels(small);
  const options = { runtime: small };
  const x = full([4, 256], 1, options);
  const weight = zeros([256, 256], options); // 256 KiB, and 256 KiB for its panels
  const packsHere = () => {
    names.length = 0;
    noGrad(() => linear(x, weight)).dispose();
    return names.filter((name) => name === "gemmPack").length;
  };
  expect([1, 2, 3].map(packsHere)).toEqual([1, 1, 0]);
  zeros([520, 256], options).dispose(); // fits only if the panels are freed
  expect([1, 2].map(packsHere)).toEqual([1, 0]);
  weight.dispose();
  zeros([880, 256], options).dispose(); // all memory that x leaves
  small.close();
});
