import { describe, expect, test } from "vitest";
import { TransformerBlock } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { AdamW, decayGroups, SGD } from "../../src/optim/index.js";
import { ones, type Tensor } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";
import * as reference from "../reference/optim.js";

const runtime = await useRuntime();

const leaf = (values: ArrayLike<number> = [1]) => {
  const made = ones([values.length], { runtime, requiresGrad: true });
  made.data.set(values);
  return made;
};
const pull = (param: Tensor, values: ArrayLike<number> = [1]) => {
  param.grad = ones([values.length], { runtime });
  param.grad.data.set(values);
};

describe("parameter groups", () => {
  test("a group's options take precedence over the optimiser's", () => {
    const [a, b, c] = [leaf(), leaf(), leaf()];
    const optimizer = new SGD([{ params: [a], lr: 1 }, { params: [b, c] }], { lr: 0.5 });
    for (const param of optimizer.params) pull(param);
    optimizer.step();
    expect([a, b, c].map((param) => param.item())).toEqual([0, 0.5, 0.5]);
    expect(
      optimizer.groups.map(({ lr, momentum, params }) => [lr, momentum, params.length]),
    ).toEqual([
      [1, 0, 1],
      [0.5, 0, 2],
    ]);
  });

  test("an option that is undefined is one not given", () => {
    const undefinedRate = { lr: undefined, weightDecay: undefined };
    const optimizer = new AdamW([{ params: [leaf()], betas: undefined }], undefinedRate);
    expect(optimizer.groups[0]).toMatchObject({ lr: 1e-3, betas: [0.9, 0.999], weightDecay: 0.01 });
  });

  test("lr is the first group's to read, every group's to set", () => {
    const optimizer = new SGD([{ params: [leaf()], lr: 1 }, { params: [leaf()] }], { lr: 0.5 });
    expect(optimizer.lr).toBe(1);
    optimizer.lr = 0.25;
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.25, 0.25]);
    optimizer.groups[1].lr = 2;
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.25, 2]);
  });

  test("each group with rates of its own is as an optimiser of its own", () => {
    const rules = [
      { lr: 0.1, betas: [0.8, 0.9] as [number, number], weightDecay: 0.3 },
      { lr: 0.01, betas: [0.9, 0.999] as [number, number], weightDecay: 0 },
    ];
    const starts = [1, 2].map((seed) => normal(7, seed));
    const params = starts.map(leaf);
    const groups = params.map((param, i) => ({ params: [param], ...rules[i] }));
    const optimizer = new AdamW(groups);
    const grads = [3, 4, 5].map((seed) => normal(7, seed));
    for (const grad of grads) {
      for (const param of params) pull(param, grad);
      optimizer.step();
    }
    params.forEach((param, i) => {
      const want = Float64Array.from(starts[i]);
      reference.adam(want, grads, { ...rules[i], eps: 1e-8, decoupled: true });
      param.data.forEach((value, k) => {
        expect(value).toBeCloseTo(want[k], 5);
      });
    });
  });

  test("refusals", () => {
    const a = leaf();
    expect(() => new SGD([{ params: [a] }, { params: [a] }], { lr: 1 })).toThrow(
      "a parameter appears twice",
    );
    expect(() => new SGD([{ params: [a], lr: -1 }], { lr: 1 })).toThrow(
      "SGD: expected lr ≥ 0, got -1",
    );
    expect(() => new SGD([{ params: [] }], { lr: 1 })).toThrow("got an empty parameter list");
    expect(() => new SGD([{}] as never, { lr: 1 })).toThrow("expected groups with an iterable");
    expect(() => new SGD([a, { params: [leaf()] }] as never, { lr: 1 })).toThrow(
      "SGD: expected parameter 1 to be a tensor",
    );
  });
});

describe("decayGroups", () => {
  const keysOf = (module: nn.Module) => {
    const groups = decayGroups(module, 0.1);
    const keys = new Map([...module.namedParameters()].map(([key, value]) => [value, key]));
    return groups.map(({ params, weightDecay }) => [weightDecay, params.map((p) => keys.get(p))]);
  };

  test("weights of products decay; biases and norms do not", () => {
    expect(keysOf(new TransformerBlock({ dModel: 4, nHead: 2, dFF: 8, runtime }))).toEqual([
      [
        0.1,
        [..."qkvo"]
          .map((name) => `attn.w_${name}.weight`)
          .concat(["ffn.linear1.weight", "ffn.linear2.weight"]),
      ],
      [
        0,
        [
          ...[..."qkvo"].map((name) => `attn.w_${name}.bias`),
          ...["ffn.linear1.bias", "ffn.linear2.bias"],
          ...["norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"],
        ],
      ],
    ]);
  });

  test("a norm's parameters are spared whatever their shape; every parameter is in one group, once", () => {
    const shared = new nn.Linear(3, 3, { bias: false, runtime });
    const net = new nn.Sequential(
      shared,
      shared,
      new nn.LayerNorm([2, 3, 4], { runtime }),
      new nn.ConditionalInstanceNorm(5, 3, { runtime }),
      new nn.DyT(3, { runtime }),
    );
    const [decaying, spared] = decayGroups(net, 0.1);
    expect(decaying.params).toEqual([shared.weight]);
    expect([...decaying.params, ...spared.params].length).toBe(net.parameters().length);
  });

  test("without one kind of parameters there is one group", () => {
    expect(keysOf(new nn.BatchNorm1d(3, { runtime }))).toEqual([[0, ["weight", "bias"]]]);
  });
});
