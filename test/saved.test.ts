// Writes between a forward pass and its backward pass are refused: otherwise the gradients would belong to the new
// values.
import { describe, expect, test } from "vitest";

import { noGrad } from "../src/autograd.js";
import * as nn from "../src/nn/index.js";
import { conv2d } from "../src/ops/conv/conv2d.js";
import { add } from "../src/ops/elementwise/add.js";
import { mul } from "../src/ops/elementwise/mul.js";
import { relu } from "../src/ops/elementwise/relu.js";
import { sigmoid } from "../src/ops/elementwise/sigmoid.js";
import { linear } from "../src/ops/product/linear.js";
import { matmul } from "../src/ops/product/matmul.js";
import { mseLoss } from "../src/ops/reduce/mse-loss.js";
import { sum } from "../src/ops/reduce/sum.js";
import { Adam, clipGradNorm, clipGradValue, SGD } from "../src/optim/index.js";
import { defaultGenerator, Generator, uniform_ } from "../src/random.js";
import { createRuntime } from "../src/runtime/create-runtime.js";
import { init } from "../src/runtime/default-runtime.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { full, ones, type Tensor, tensor, tidy, zeros } from "../src/tensor.js";
import { randomTensor, useRuntime } from "./helpers.js";

const runtime = await useRuntime();
const checking = await useRuntime({ threads: 1, checkSaved: true });

/** A hidden layer after another one, and the output for x. */
function network() {
  const layers = [new nn.Linear(3, 4, { runtime }), new nn.Linear(4, 2, { runtime })];
  const net = new nn.Sequential(layers[0], new nn.ReLU(), layers[1]);
  return { net, x: randomTensor(runtime, [5, 3], 1), last: layers[1].weight };
}
const lossOf = (net: nn.Module, x: Tensor) => sum(net.forward(x));

describe("a weight written between forward and backward is refused by name", () => {
  const copyOf = (state: ReadonlyMap<string, Tensor>) =>
    new Map([...state].map(([key, t]) => [key, tensor(t.toArray(), t.shape, { runtime })]));
  test.each<[string, (net: nn.Module, last: Tensor) => void]>([
    ["SGD", (net) => new SGD(net.parameters(), { lr: 0.1 }).step()],
    ["Adam", (net) => new Adam(net.parameters()).step()],
    ["a state dict", (net) => net.loadStateDict(copyOf(net.stateDict() as Map<string, Tensor>))],
    ["normal numbers", (_, last) => new Generator(1).fillNormal(last)],
    ["an initialiser", (_, last) => uniform_(last, 0, 1)],
    [
      "a write to a view of it",
      (_, last) => defaultGenerator.fillNormal(last.detach().reshape([8])),
    ],
  ])("by %s", (_, write) => {
    const { net, x, last } = network();
    lossOf(net, x).backward(); // gives the optimisers their gradients
    const before = net.parameters().map((p) => p.grad?.toArray());
    const loss = lossOf(net, x);
    const { version } = last.storage;
    write(net, last);
    const message =
      `backward: linear saved a tensor of shape [2, 4] that was written since ` +
      `(version ${version + 1}, expected ${version}): ` +
      "run the forward pass again";
    expect(() => loss.backward()).toThrow(message);
    expect(() => loss.backward()).toThrow(message); // the message is not that the graph was freed
    expect(net.parameters().map((p) => p.grad?.toArray())).toEqual(before);
    lossOf(net, x).backward();
  });

  test("a graph that is refused gives back what it held", () => {
    const { net, x } = network();
    tidy(() => lossOf(net, x).backward());
    const { tensors } = runtime.stats();
    const loss = tidy(() => lossOf(net, x));
    new SGD(net.parameters(), { lr: 0.1 }).step();
    expect(() => loss.backward()).toThrow("was written since");
    loss.dispose();
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("the loop of a GAN that steps the critic between the generator's two passes", () => {
    const [generator, critic] = [1, 2].map(
      () => new nn.Sequential(new nn.Linear(3, 3, { runtime }), new nn.ReLU()),
    );
    const x = randomTensor(runtime, [4, 3], 1);
    const step = new SGD(critic.parameters(), { lr: 0.1 });
    const fake = generator.forward(x);
    const judged = sum(critic.forward(fake));
    sum(critic.forward(fake.detach())).backward();
    step.step();
    expect(() => judged.backward()).toThrow("backward: linear saved a tensor of shape [3, 3]");
    sum(critic.forward(fake)).backward(); // the right way: judge again
    expect(generator.parameters().every(({ grad }) => grad)).toBe(true);
  });

  test("a graph used before says so, written or not", () => {
    const { net, x } = network();
    const loss = lossOf(net, x);
    loss.backward();
    new SGD(net.parameters(), { lr: 0.1 }).step();
    expect(() => loss.backward()).toThrow("was used by an earlier backward and is freed");
  });

  test.each<[string, (grad: Tensor) => void]>([
    ["clipGradNorm", () => clipGradNorm([leaf], 0.1)],
    ["clipGradValue", () => clipGradValue([leaf], 0.1)],
    ["another backward", () => sum(mul(leaf, 3)).backward()],
  ])("a gradient that an op saved, by %s", (_, write) => {
    leaf = randomTensor(runtime, [3], 1, true);
    sum(mul(leaf, 2)).backward();
    const grad = leaf.grad as Tensor;
    const factor = randomTensor(runtime, [3], 2, true);
    const penalty = sum(mul(grad, factor));
    write(grad);
    expect(() => penalty.backward()).toThrow("backward: mul saved a tensor of shape [3]");
  });
  let leaf: Tensor;

  test("a running value that an evaluation saved", () => {
    const layer = new nn.IterNorm(4, { runtime });
    const x = randomTensor(runtime, [6, 4], 1, true);
    layer.eval();
    const y = layer.forward(x);
    layer.train().forward(x);
    expect(() => y.backward(ones(y.shape, { runtime }))).toThrow("backward: matmul saved");
  });
});

describe("nothing is refused", () => {
  const layers: [string, () => nn.Module][] = [
    ["BatchNorm2d", () => new nn.BatchNorm2d(4, { runtime })],
    ["BatchRenorm", () => new nn.BatchRenorm(4, { runtime })],
    ["BatchInstanceNorm", () => new nn.BatchInstanceNorm(4, { runtime })],
    ["LayerInstanceNorm", () => new nn.LayerInstanceNorm(4, { runtime })],
    ["SwitchableNorm", () => new nn.SwitchableNorm(4, { runtime })],
    ["IterNorm", () => new nn.IterNorm(4, { runtime })],
    ["PowerNorm", () => new nn.PowerNorm(4, { runtime })],
    ["spectralNorm", () => nn.spectralNorm(new nn.Conv2d(4, 4, 3, { runtime }))],
    ["weightNorm", () => nn.weightNorm(new nn.Conv2d(4, 4, 3, { runtime }))],
  ];
  test.each(layers)("of two forward passes of %s", (_, make) => {
    const layer = make();
    const [real, fake] = [1, 2].map((seed) => randomTensor(runtime, [2, 4, 5, 5], seed, true));
    const judge = (x: Tensor) => sum(layer.forward(x));
    add(judge(real), judge(fake)).backward();
    const [first, second] = [judge(real), judge(fake)];
    first.backward();
    second.backward();
    layer.eval();
    const evaluated = judge(real);
    if (layer instanceof nn.IterNorm) return; // IterNorm saves what training moves
    layer.train();
    judge(fake);
    evaluated.backward();
  });

  test("a gate is clipped, and counts as written, only where it is outside of [0, 1]", () => {
    const layer = new nn.BatchInstanceNorm(4, { runtime });
    const x = randomTensor(runtime, [2, 4, 5, 5], 1, true);
    layer.gate.data.set([-1, 0.5, 2, 1]);
    const y = layer.forward(x);
    layer.forward(x);
    y.backward(ones(y.shape, { runtime }));
    expect([...layer.gate.data]).toEqual([0, 0.5, 1, 1]);
    const z = layer.forward(x);
    layer.loadStateDict(new Map([["gate", full([4], 3, { runtime })]]), { strict: false });
    layer.forward(x);
    expect(() => z.backward(ones(z.shape, { runtime }))).toThrow("was written since");
  });

  test("of several passes that add up, a tied weight, a gradient forgotten between", () => {
    const { net, x } = network();
    const tied = new nn.Linear(4, 4, { runtime });
    const twice = (h: Tensor) => sum(tied.forward(relu(tied.forward(h))));
    const losses = [lossOf(net, x), lossOf(net, x)];
    for (const loss of losses) loss.backward();
    const again = [lossOf(net, x), twice(randomTensor(runtime, [2, 4], 3))];
    net.zeroGrad();
    for (const loss of again) loss.backward();
  });

  test("of what the loop reads and writes in the right order", () => {
    const { net, x } = network();
    const averages = net.parameters().map((p) => zeros(p.shape, { runtime }));
    const optimizer = new Adam(net.parameters());
    for (let step = 0; step < 3; step++) {
      net.loadStateDict(net.stateDict());
      const logits = net.forward(x);
      const loss = mseLoss(logits, zeros(logits.shape, { runtime }));
      expect(logits.data.length + x.data.length + loss.item()).not.toBeNaN();
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(net.parameters(), 1);
      optimizer.step();
      averages.forEach((average, i) => {
        average.data.set(net.parameters()[i].data);
      });
    }
  });

  test("where the op does not need what was written", () => {
    const [x, weight] = [randomTensor(runtime, [4, 3], 1), randomTensor(runtime, [2, 3], 2, true)];
    const [images, filters] = [
      randomTensor(runtime, [1, 2, 5, 5], 3),
      randomTensor(runtime, [3, 2, 3, 3], 4, true),
    ];
    const losses = [
      linear(x, weight),
      matmul(weight, randomTensor(runtime, [3, 2], 5)),
      conv2d(images, filters),
      add(weight, 1),
    ].map((y) => sum(y));
    for (const parameter of [weight, filters]) defaultGenerator.fillNormal(parameter);
    for (const loss of losses) loss.backward();
  });

  test("what an op made and another graph saved may be computed with", () => {
    const x = randomTensor(runtime, [3], 1, true);
    const y = sigmoid(x);
    const loss = sum(y);
    noGrad(() => add(y, 1)).dispose();
    loss.backward();
  });
});

describe("checkSaved", () => {
  const leaf = (where: Runtime) => randomTensor(where, [3], 1, true);

  test("finds a write through a view, which is not seen otherwise", () => {
    for (const where of [runtime, checking]) {
      const x = leaf(where);
      const loss = sum(mul(x, x));
      x.data[1] += 1;
      if (where === runtime) loss.backward();
      else {
        const message = "backward: mul saved a tensor of shape [3] that was written since";
        expect(() => loss.backward()).toThrow(message);
        expect(x.grad).toBeNull();
      }
    }
  });

  test("finds a changed sign in two places, and not what was put back", () => {
    const x = leaf(checking);
    const loss = sum(mul(x, x));
    for (const i of [0, 2]) x.data[i] = -x.data[i];
    expect(() => loss.backward()).toThrow("was written since");
    for (const i of [0, 2]) x.data[i] = -x.data[i];
    loss.backward();
  });

  test("is an option of init, and true or false", async () => {
    const made = await init({ threads: 1, checkSaved: true });
    expect(made.checkSaved).toBe(true);
    made.close();
    expect(runtime.checkSaved).toBe(false);
    await expect(createRuntime({ checkSaved: 1 as unknown as boolean })).rejects.toThrow(
      "createRuntime: expected checkSaved to be boolean, got 1",
    );
  });
});
