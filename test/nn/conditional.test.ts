// The layers whose scale and shift come from a condition.
import { describe, expect, test } from "vitest";
import * as layers from "../../src/nn/index.js";
import * as ops from "../../src/ops/index.js";
import { SGD } from "../../src/optim/sgd.js";
import { ones, tensor } from "../../src/tensor.js";
import { expectClose, gradcheck, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const fill = (layer: layers.Module) => {
  let seed = 1;
  for (const parameter of layer.parameters()) parameter.data.set(normal(parameter.size, seed++));
};

describe("tables", () => {
  test("each sample gets the row of its style, which alone gets a gradient", () => {
    const layer = new layers.ConditionalInstanceNorm(3, 4, { runtime });
    fill(layer);
    const x = randomTensor(runtime, [2, 3, 5], 1);
    const y = layer.forward(x, [2, 0]);
    const rows = (table: ArrayLike<number>) =>
      tensor([...Array.from(table).slice(6, 9), ...Array.from(table).slice(0, 3)], [2, 3], {
        runtime,
      });
    const want = ops.conditionalInstanceNorm(x, rows(layer.weight.data), rows(layer.bias.data));
    expect(y.data).toEqual(want.data);
    y.backward(ones([2, 3, 5], { runtime }));
    expect([...(layer.bias.grad?.data ?? [])]).toEqual([5, 5, 5, 0, 0, 0, 5, 5, 5, 0, 0, 0]);
    expect(() => layer.forward(x, [0, 4])).toThrow("embedding: expected ids from 0 to 3, got 4");
    expect(() => layer.forward(x, [0])).toThrow("expected scale of shape [2, 3], got [1, 3]");
  });

  test("embedding: a row asked for twice gets both gradients", () => {
    gradcheck(
      (table) => ops.embedding(table, [1, 0, 1]),
      (table) => Float64Array.of(...table.slice(2, 4), ...table.slice(0, 2), ...table.slice(2, 4)),
      [randomTensor(runtime, [3, 2], 1)],
    );
  });

  test("batch norm by class counts batches, and stands still in evaluation", () => {
    const layer = new layers.ConditionalBatchNorm(3, 2, { runtime });
    const x = randomTensor(runtime, [2, 3, 5], 1);
    const plain = new layers.BatchNorm1d(3, { runtime });
    expectClose(layer.forward(x, [0, 1]).toArray(), plain.forward(x).toArray(), 1e-7);
    expect(layer.numBatchesTracked.data[0]).toBe(1n);
    expectClose(layer.eval().forward(x, [0, 1]).toArray(), plain.eval().forward(x).toArray(), 1e-7);
    expect(layer.numBatchesTracked.data[0]).toBe(1n);
  });
});

test("FiLM: the first half of the linear layer plus 1 scales, the second shifts", () => {
  const layer = new layers.FiLM(2, 3, { runtime });
  const [x, z] = [randomTensor(runtime, [2, 2, 3], 1), randomTensor(runtime, [2, 3], 2)];
  const both = layer.linear.forward(z).toArray();
  const want = x.data.map((v, i) => {
    const [n, c] = [Math.floor(i / 6), Math.floor(i / 3) % 2];
    return v * (1 + both[4 * n + c]) + both[4 * n + 2 + c];
  });
  expectClose(layer.forward(x, z).toArray(), want, 1e-6);
  expect([...layer.stateDict().keys()]).toEqual(["linear.weight", "linear.bias"]);
});

describe("AdaLIN", () => {
  test("ρ is clipped to [0, 1] before it is used", () => {
    const layer = new layers.AdaLIN(3, { runtime });
    layer.rho.data.set([-0.5, 0.25, 1.5]);
    const x = randomTensor(runtime, [2, 3, 5], 1);
    const [weight, bias] = [randomTensor(runtime, [2, 3], 2), randomTensor(runtime, [2, 3], 3)];
    const rho = tensor([0, 0.25, 1], [3], { runtime });
    const want = ops.adaLIN(x, rho, weight, bias);
    expect(layer.forward(x, weight, bias).toArray()).toEqual(want.data);
    expect([...layer.rho.data]).toEqual([0, 0.25, 1]);
  });

  test("at ρ = 0 it is layer norm, so it is group norm of one group", () => {
    const layer = new layers.LayerInstanceNorm(3, { runtime });
    const x = randomTensor(runtime, [2, 3, 5], 1);
    expectClose(layer.forward(x).toArray(), ops.groupNorm(x, 1).toArray(), 1e-6);
  });
});

describe("AdaLN", () => {
  const dims = () => [randomTensor(runtime, [2, 4, 6], 1), randomTensor(runtime, [2, 3], 2)];

  test("shift, then scale", () => {
    const layer = new layers.AdaLN(6, 3, { runtime });
    const [x, c] = dims();
    const silu = tensor(
      c.data.map((v) => v / (1 + Math.exp(-v))),
      [2, 3],
      { runtime },
    );
    const both = layer.linear.forward(silu);
    const want = ops.adaLN(x, ops.slice(both, 1, 6), ops.slice(both, 1, 0, 6));
    expectClose(layer.forward(x, c).toArray(), want.data, 1e-6);
  });

  test("AdaLNZero is the identity at first, and its gates learn", () => {
    const layer = new layers.AdaLNZero(6, 3, { runtime });
    const [x, c] = dims();
    const branch = (h: typeof x) => ops.mul(h, 2);
    expect(layer.forward(x, c, branch, branch).toArray()).toEqual(x.data);
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
    layer.forward(x, c, branch, branch).backward(randomTensor(runtime, [2, 4, 6], 3));
    optimizer.step();
    const gates = layer.linear.weight.data.subarray(2 * 6 * 3, 3 * 6 * 3);
    expect(gates.every((v) => v !== 0)).toBe(true);
    // While the gates are 0, scale and shift have no gradient.
    expect([...layer.linear.weight.data.subarray(0, 2 * 6 * 3)].every((v) => v === 0)).toBe(true);
    expect(layer.forward(x, c, branch, branch).toArray()).not.toEqual(x.data);
  });
});

describe("SPADE", () => {
  test.each(["batch", "instance"] as const)("over %s norm", (norm) => {
    const layer = new layers.SPADE(2, 3, { norm, hidden: 4, runtime });
    const x = randomTensor(runtime, [2, 2, 4, 4], 1);
    const segmentation = randomTensor(runtime, [2, 3, 2, 2], 2);
    const large = ops.resizeNearest(segmentation, [4, 4]);
    const features = layer.mlpShared.forward(large);
    const gamma = layer.mlpGamma.forward(features).toArray();
    const beta = layer.mlpBeta.forward(features).toArray();
    const plain = norm === "batch" ? ops.batchNorm(x, { training: true }) : ops.instanceNorm(x);
    const want = plain.data.map((v, i) => v * (1 + gamma[i]) + beta[i]);
    const y = layer.forward(x, segmentation);
    expectClose(y.data, want, 1e-6);
    y.backward(ones(y.shape, { runtime }));
    expect(layer.mlpBeta.bias?.grad?.data[0]).toBeCloseTo(32, 4);
    expect([...layer.stateDict().keys()].filter((key) => !key.startsWith("param_free"))).toEqual([
      "mlp_shared.0.weight",
      "mlp_shared.0.bias",
      "mlp_gamma.weight",
      "mlp_gamma.bias",
      "mlp_beta.weight",
      "mlp_beta.bias",
    ]);
  });

  test("resizeNearest: PyTorch's pixels, and gradients back to them", () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [1, 1, 2, 3], { runtime });
    expect([...ops.resizeNearest(x, [3, 2]).toArray()]).toEqual([1, 2, 1, 2, 4, 5]);
    gradcheck(
      (t) => ops.resizeNearest(t, [3, 2]),
      (t) => Float64Array.of(t[0], t[1], t[0], t[1], t[3], t[4]),
      [x],
    );
    expect(() => ops.resizeNearest(randomTensor(runtime, [2, 3], 1), [2, 2])).toThrow(RangeError);
  });
});
