// What second derivatives are for: a gradient penalty, products with the Hessian, a step of MAML.
import { describe, expect, test } from "vitest";
import { grad } from "../../src/grad/grad.js";
import * as nn from "../../src/nn/index.js";
import {
  add,
  crossEntropy,
  layerNorm,
  linear,
  matmul,
  mean,
  mseLoss,
  mul,
  sqrt,
  sub,
  sum,
  tanh,
} from "../../src/ops/index.js";
import { Adam } from "../../src/optim/index.js";
import { manualSeed } from "../../src/random.js";
import { type Tensor, tidy } from "../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";
import { checkSecond } from "./second.js";

const runtime = await useRuntime();

/** The change of `values` of `parameters` along directions u, by central differences. */
function along(
  parameters: readonly Tensor[],
  u: readonly Tensor[],
  values: () => Tensor[],
  step = 2e-3,
): Float64Array[] {
  const before = parameters.map((p) => p.toArray());
  const at = (side: number) => {
    parameters.forEach((p, i) => {
      p.elements.set(before[i].map((v, k) => v + side * step * u[i].elements[k]));
      p.written();
    });
    return tidy(() => values().map((t) => Float64Array.from(t.elements)));
  };
  const [above, below] = [at(1), at(-1)];
  parameters.forEach((p, i) => {
    p.elements.set(before[i]);
    p.written();
  });
  return above.map((list, i) => list.map((v, k) => (v - below[i][k]) / (2 * step)));
}

const product = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  a.map((t, i) => sum(mul(t, b[i]))).reduce((total, t) => add(total, t));

describe("gradient penalty (Gulrajani et al. 2017)", () => {
  const critics: [string, () => nn.Module][] = [
    ["layer norm", () => new nn.LayerNorm(8, { runtime })],
    ["batch norm", () => new nn.BatchNorm1d(8, { runtime })],
  ];
  const criticWith = (norm: nn.Module) => {
    manualSeed(3);
    return new nn.Sequential(
      new nn.Linear(4, 8, { runtime }),
      norm,
      new nn.SiLU(),
      new nn.Linear(8, 1, { runtime }),
    );
  };
  const penaltyOf = (critic: nn.Module, x: Tensor): Tensor => {
    const [g] = grad(sum(critic.forward(x)), x, { createGraph: true }) as [Tensor];
    const off = sub(sqrt(sum(mul(g, g), 1)), 1);
    return mean(mul(off, off));
  };

  test.each(critics)("of a critic with %s has the gradients that differences have", (_, make) => {
    const critic = criticWith(make());
    const x = randomTensor(runtime, [6, 4], 1, true);
    const parameters = critic.parameters();
    const u = parameters.map((p, i) => randomTensor(runtime, p.shape, 10 + i));
    const grads = grad(penaltyOf(critic, x), parameters, { allowUnused: true });
    const got = grads.reduce((total, g, i) => total + (g ? sum(mul(g, u[i])).item() : 0), 0);
    const [[want]] = along(parameters, u, () => [penaltyOf(critic, x)]);
    expect(Math.abs(got - want)).toBeLessThan(2e-3 * Math.abs(want) + 1e-4);
  });

  test.each(critics)(
    "of a critic with %s falls in training, and leaves no tensors behind",
    (_, make) => {
      const critic = criticWith(make());
      const optimizer = new Adam(critic.parameters(), { lr: 0.02 });
      const losses: number[] = [];
      let tensors = 0;
      for (let step = 0; step < 30; step++) {
        tidy(() => {
          const x = randomTensor(runtime, [16, 4], step, true);
          const penalty = penaltyOf(critic, x);
          optimizer.zeroGrad();
          penalty.backward();
          optimizer.step();
          losses.push(penalty.item());
        });
        if (step === 1) tensors = runtime.stats().tensors;
      }
      expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
      expect(runtime.stats().tensors).toBe(tensors);
    },
  );
});

test("a product with the Hessian of a network with a norm, without the Hessian", () => {
  tidy(() => {
    manualSeed(1);
    const net = new nn.Sequential(
      new nn.Linear(5, 7, { runtime }),
      new nn.LayerNorm(7, { runtime }),
      new nn.GELU(),
      new nn.Linear(7, 3, { runtime }),
    );
    const x = randomTensor(runtime, [8, 5], 3);
    const lossOf = () => crossEntropy(net.forward(x), [0, 1, 2, 0, 1, 2, 0, 1]);
    const parameters = net.parameters();
    const u = parameters.map((p, i) => randomTensor(runtime, p.shape, 20 + i));
    const first = grad(lossOf(), parameters, { createGraph: true }) as Tensor[];
    const got = grad(product(first, u), parameters) as Tensor[];
    const want = along(parameters, u, () => grad(lossOf(), parameters) as Tensor[]);
    expectClose(
      got.flatMap((t) => [...t.elements]),
      want.flatMap((list) => [...list]),
      2e-3,
    );
  });
});

test("the Hessian of a quadratic form is its matrix, row by row", () => {
  const x = randomTensor(runtime, [3], 1, true);
  const a = randomTensor(runtime, [3, 3], 2);
  const y = mul(sum(mul(x, matmul(a, x))), 0.5);
  const [g] = grad(y, x, { createGraph: true }) as [Tensor];
  const rows = [0, 1, 2].map((i) => {
    const unit = mul(x.detach(), 0);
    unit.data[i] = 1;
    return [...(grad(g, x, { gradOutputs: unit, retainGraph: true })[0] as Tensor).data];
  });
  const [m, h] = [a.toArray(), rows.flat()];
  expectClose(
    h,
    h.map((_, i) => (m[i] + m[3 * (i % 3) + Math.floor(i / 3)]) / 2),
    1e-6,
  );
});

test("a step of MAML: the gradient goes through the inner step (Finn, Abbeel, Levine 2017)", () => {
  tidy(() => {
    const parameters = ([[6, 3], [6], [2, 6]] as const).map((shape, i) =>
      randomTensor(runtime, shape, i, true),
    );
    const [x, y, x2, y2] = [
      [5, 3],
      [5, 2],
      [4, 3],
      [4, 2],
    ].map((shape, i) => randomTensor(runtime, shape, 10 + i));
    const lossOf = ([w, gain, v]: readonly Tensor[], x: Tensor, y: Tensor) =>
      mseLoss(linear(tanh(layerNorm(linear(x, w), [6], { weight: gain })), v), y);
    const outerLoss = () => {
      const inner = lossOf(parameters, x, y);
      const grads = grad(inner, parameters, { createGraph: true }) as Tensor[];
      const adapted = parameters.map((p, i) => sub(p, mul(grads[i], 0.3)));
      return lossOf(adapted, x2, y2);
    };
    const u = parameters.map((p, i) => randomTensor(runtime, p.shape, 20 + i));
    const got = grad(outerLoss(), parameters) as Tensor[];
    const [[want]] = along(parameters, u, () => [outerLoss()]);
    expect(Math.abs(product(got, u).item() - want)).toBeLessThan(2e-3 * Math.abs(want));
    outerLoss().backward();
    parameters.forEach((p, i) => {
      expectClose(p.grad?.elements ?? [], got[i].elements, 1e-5);
    });
  });
});

test.each<[string, () => nn.LSTM | nn.GRU | nn.RNN]>([
  ["LSTM", () => new nn.LSTM(3, 4, { bidirectional: true, runtime })],
  ["GRU", () => new nn.GRU(3, 4, { runtime })],
  ["RNN", () => new nn.RNN(3, 4, { runtime })],
])("%s is differentiated twice for its input and its parameters", (_, make) => {
  manualSeed(5);
  const layer = make();
  const all = [randomTensor(runtime, [2, 3, 3], 1), ...layer.parameters()];
  checkSecond(() => layer.forward(all[0]), all);
});
