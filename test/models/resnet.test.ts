import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import { resnet18, resnet34, resnet50 } from "../../src/models/index.js";
import { crossEntropy } from "../../src/ops/reduce/cross-entropy.js";
import { Adam } from "../../src/optim/index.js";
import { manualSeed } from "../../src/random.js";
import { sizeOf, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectWithin } from "../golden.js";
import { procedural, randomTensor, useRuntime } from "../helpers.js";
import { countParameters, netJson } from "../nets.js";

const runtime = await useRuntime({ threads: 2 });

type Made = Parameters<typeof procedural>[1] & { shape: number[] };
const fill = ({ shape, ...rule }: Made) =>
  tensor(procedural(sizeOf(shape), rule), shape, { runtime });
const norm = (list: ArrayLike<number>) =>
  Math.sqrt(Array.from(list).reduce((sum, v) => sum + v * v, 0));

describe.each([
  ["resnet18", resnet18, 2e-5, 1e-3],
  // Batches of 8 numbers in the last blocks: float32 activations alone move these logits by 6e-5.
  ["resnet50", resnet50, 5e-4, 3e-2],
] as const)("%s", (name, make, inTraining, ofGradients) => {
  test("values, gradients and statistics are torchvision's", () => {
    const want = netJson(name);
    const net = make({ numClasses: want.num_classes, runtime });
    expect(countParameters(net)).toBe(want.parameters);
    const keys = [...net.stateDict().keys()].filter((key) => !key.endsWith("num_batches_tracked"));
    expect(keys).toEqual(Object.keys(want.state));
    const state = Object.entries(want.state as Record<string, Made>);
    net.loadStateDict(new Map(state.map(([key, made]) => [key, fill(made)])), { strict: false });
    const x = fill(want.input);
    const close = (got: Tensor, list: number[], tolerance = 2e-5) => {
      const atol = tolerance * Math.max(...list.map(Math.abs));
      expectWithin(got, list, { atol, rtol: 0 }, "logits");
    };
    net.eval();
    tidy(() => close(net.forward(x), want.logits_eval));
    tidy(() => noGrad(() => close(net.forward(x), want.logits_eval)));
    net.train();
    tidy(() => {
      const logits = net.forward(x);
      close(logits, want.logits_train, inTraining);
      const loss = crossEntropy(logits, want.target);
      expect(Math.abs(loss.item() / want.loss - 1)).toBeLessThan(inTraining);
      loss.backward();
    });
    const parameters = new Map(net.namedParameters());
    for (const [key, { norm: length, first }] of Object.entries<{ norm: number; first: number[] }>(
      want.gradients,
    )) {
      const grad = parameters.get(key)?.grad?.toArray() ?? new Float32Array();
      expect(Math.abs(norm(grad) / length - 1), key).toBeLessThan(ofGradients);
      first.forEach((v, i) => {
        expect(Math.abs(grad[i] - v), key).toBeLessThanOrEqual(ofGradients * length);
      });
    }
    for (const [key, list] of Object.entries<number[]>(want.running_after)) {
      const got = net.stateDict().get(key)?.toArray() ?? [];
      list.forEach((v, i) => {
        expect(Math.abs(Number(got[i]) - v), key).toBeLessThanOrEqual(
          (inTraining / 2) * Math.abs(v) + 1e-7,
        );
      });
    }
    net.dispose();
  }, 120_000);
});

test("ResNet-34 has torchvision's number of parameters", () => {
  const net = resnet34({ runtime });
  expect(countParameters(net)).toBe(21797672);
  net.dispose();
}, 60_000);

test.each(["bn", "gn", "frn", "evonorm-s0", "gn:8+ws"])(
  "resnet18 learns with %s",
  (norm) => {
    manualSeed(1);
    const net = resnet18({ norm, numClasses: 4, runtime });
    const x = randomTensor(runtime, [4, 3, 32, 32], 1);
    const optimizer = new Adam(net.parameters(), { lr: 3e-4 });
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) {
      tidy(() => {
        optimizer.zeroGrad();
        const loss = crossEntropy(net.forward(x), [0, 1, 2, 3]);
        loss.backward();
        losses.push(loss.item());
        optimizer.step();
      });
    }
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[3]).toBeLessThan(0.85 * losses[0]);
    optimizer.dispose();
    net.dispose();
  },
  60_000,
);

test("refusals come before anything is made", () => {
  const { tensors } = runtime.stats();
  expect(() => resnet18({ norm: "bm", runtime })).toThrow('resnet18: unknown norm "bm"');
  expect(() => resnet50({ norm: "gn:7", runtime })).toThrow("resnet50: ");
  expect(() => resnet34({ numClasses: -1, runtime })).toThrow("resnet34: expected numClasses");
  expect(() => resnet18({ classes: 3 } as object)).toThrow('resnet18: no option "classes"');
  expect(runtime.stats().tensors).toBe(tensors);
});
