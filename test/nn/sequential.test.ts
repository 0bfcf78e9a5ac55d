import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { relu } from "../../src/ops/relu.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, randomTensor } from "../helpers.js";

let runtime: Runtime;
let kernels: string[] = [];
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  const run = runtime.run.bind(runtime);
  runtime.run = (name, ...rest) => {
    kernels.push(name);
    run(name, ...rest);
  };
});
afterEach(() => {
  kernels = [];
});
afterAll(() => runtime.close());

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
  expectClose(folded.forward(input(4)).data, net.forward(input(4)).data, 1e-6);
  expect([...net.stateDict().keys()]).toEqual(before);
  const first = folded.layers[0] as nn.Sequential;
  expect(first.layers.map((layer) => layer.constructor.name)).toEqual(["Conv2d", "ReLU"]);
  expect(folded.layers[4]).toBe(linear);
});

test("foldBatchNorm of a single layer needs a norm", () => {
  const layer = new nn.Linear(4, 6, { runtime }) as unknown as nn.Sequential;
  expect(() => nn.foldBatchNorm(layer)).toThrow("expected a batch norm, or a Sequential alone");
});
