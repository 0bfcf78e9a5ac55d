import { describe, expect, test } from "vitest";
import { AdamW, type OptimizerState, RMSprop, SGD } from "../../src/optim/index.js";
import { type Tensor, tensor, zeros } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const parameters = () =>
  [5, 3].map((n, i) => tensor(normal(n, i), [n], { runtime, requiresGrad: true }));

const kinds = {
  AdamW: (params: Tensor[]) =>
    new AdamW([{ params: [params[0]], weightDecay: 0.3 }, { params: [params[1]] }], { lr: 0.1 }),
  SGD: (params: Tensor[]) =>
    new SGD([{ params: [params[0]], lr: 0.3 }, { params: [params[1]] }], {
      lr: 0.1,
      momentum: 0.9,
    }),
  "AdamW with amsgrad": (params: Tensor[]) => new AdamW(params, { lr: 0.1, amsgrad: true }),
  RMSprop: (params: Tensor[]) => new RMSprop(params, { momentum: 0.5, centered: true }),
  "SGD without momentum": (params: Tensor[]) => new SGD(params, { lr: 0.1, weightDecay: 0.1 }),
};

/** Steps from..to; the second parameter has no gradient in the first two. */
function walk(optimizer: { step(): void }, params: Tensor[], from: number, to: number): void {
  for (let step = from; step < to; step++) {
    params.forEach((param, i) => {
      param.grad?.dispose();
      param.grad =
        i === 1 && step < 2
          ? null
          : tensor(normal(param.size, 10 * step + i), param.shape, { runtime });
    });
    optimizer.step();
  }
}

/** As a checkpoint keeps it: JSON, and tensors of their own. */
const stored = ({ tensors, ...rest }: OptimizerState): OptimizerState => ({
  ...JSON.parse(JSON.stringify(rest)),
  tensors: new Map(
    [...tensors].map(([key, t]) => [
      key,
      tensor(t.toArray() as Float32Array, t.shape, { runtime }),
    ]),
  ),
});

describe.each(Object.entries(kinds))("%s", (_, make) => {
  test.each([0, 1, 4])("interrupted after %i steps it goes on with the same bits", (at) => {
    const whole = parameters();
    const straight = make(whole);
    walk(straight, whole, 0, 7);
    const halves = parameters();
    const first = make(halves);
    walk(first, halves, 0, at);
    const state = stored(first.stateDict());
    first.dispose();
    const second = make(halves);
    second.lr = 77; // overwritten by the state
    second.loadStateDict(state);
    walk(second, halves, at, 7);
    expect(halves.map((p) => p.toArray())).toEqual(whole.map((p) => p.toArray()));
    expect(second.groups.map(({ lr }) => lr)).toEqual(straight.groups.map(({ lr }) => lr));
  });

  test("a state may be loaded over an older one, its own included, and leaves no tensors behind", () => {
    const params = parameters();
    const optimizer = make(params);
    walk(optimizer, params, 0, 3);
    const state = stored(optimizer.stateDict());
    const { tensors } = runtime.stats();
    walk(optimizer, params, 3, 5);
    optimizer.loadStateDict(optimizer.stateDict());
    optimizer.loadStateDict(state);
    expect(runtime.stats().tensors).toBe(tensors);
    expect(stored(optimizer.stateDict()).steps).toEqual(state.steps);
    for (const [key, value] of optimizer.stateDict().tensors)
      expect(value.toArray()).toEqual(state.tensors.get(key)?.toArray());
  });
});

test("the names are PyTorch's", () => {
  const params = parameters();
  const optimizer = kinds.AdamW(params);
  walk(optimizer, params, 0, 2);
  const { groups, steps, tensors } = optimizer.stateDict();
  expect([...tensors.keys()]).toEqual(["0.exp_avg", "0.exp_avg_sq"]);
  expect(steps).toEqual([2, 0]);
  expect(groups[0]).toEqual({
    lr: 0.1,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0.3,
    amsgrad: false,
    params: [0],
  });
});

describe("refuses, changing nothing,", () => {
  const cases: [what: string, change: (state: OptimizerState) => void, message: string][] = [
    [
      "other groups",
      (s) => s.groups.pop(),
      "expected a state of groups of 1 + 1 parameters, got 1",
    ],
    ["no groups", (s) => Object.assign(s, { groups: undefined }), "got nothing"],
    ["a group of more parameters", (s) => (s.groups[0].params as number[]).push(1), "got 2 + 1"],
    ["steps of fewer", (s) => s.steps.pop(), "the steps of 2 parameters"],
    ["half a step", (s) => s.steps.fill(0.5), "the steps of 2 parameters"],
    ["a missing tensor", (s) => s.tensors.delete("1.exp_avg"), "1.exp_avg is missing in the state"],
    [
      "a tensor too many",
      (s) => s.tensors.set("0.max", zeros([5], { runtime })),
      "unexpected 0.max",
    ],
    [
      "a tensor of another shape",
      (s) => s.tensors.set("0.exp_avg", zeros([4], { runtime })),
      "of shape [5], got [4]",
    ],
    [
      "a tensor of another dtype",
      (s) => s.tensors.set("0.exp_avg", zeros([5], { runtime, dtype: "float64" })),
      "of dtype float32, got float64",
    ],
    ["a bad option", (s) => Object.assign(s.groups[1], { lr: Number.NaN }), "lr ≥ 0, got NaN"],
    ["null for a rate", (s) => Object.assign(s.groups[1], { lr: null }), "lr to be a number"],
    ["null for a beta", (s) => Object.assign(s.groups[1], { betas: [null, 0.9] }), "two numbers"],
    ["null for betas", (s) => Object.assign(s.groups[1], { betas: null }), "two numbers"],
  ];
  test.each(cases)("%s", (_, change, message) => {
    const params = parameters();
    const optimizer = kinds.AdamW(params);
    walk(optimizer, params, 0, 3);
    const before = stored(optimizer.stateDict());
    const state = stored(before);
    state.groups[0].lr = 5;
    state.tensors.get("0.exp_avg_sq")?.data.fill(7 as never);
    change(state);
    expect(() => optimizer.loadStateDict(state)).toThrow(message);
    const after = stored(optimizer.stateDict());
    expect({ ...after, tensors: null }).toEqual({ ...before, tensors: null });
    for (const [key, value] of after.tensors)
      expect(value.toArray()).toEqual(before.tensors.get(key)?.toArray());
  });
});

test.each([
  ["momentum", "momentum to be a number"],
  ["dampening", "dampening to be a number"],
  ["nesterov", "nesterov true or false"],
])("null for SGD's %s is refused", (option, message) => {
  const sgd = kinds.SGD(parameters());
  const state = stored(sgd.stateDict());
  state.groups[1][option] = null;
  expect(() => sgd.loadStateDict(state)).toThrow(message);
});

test("options of Adam changed between steps count, and are saved", () => {
  const [params, others] = [parameters(), parameters()];
  const changed = {
    lr: 0.2,
    betas: [0.5, 0.6] as const,
    eps: 0.1,
    weightDecay: 0.4,
    amsgrad: true,
  };
  const [adam, other] = [kinds.AdamW(params), new AdamW(others, changed)];
  for (const group of adam.groups) Object.assign(group, changed);
  walk(adam, params, 0, 3);
  walk(other, others, 0, 3);
  expect(params.map((p) => p.toArray())).toEqual(others.map((p) => p.toArray()));
  const again = kinds.AdamW(parameters());
  again.loadStateDict(stored(adam.stateDict()));
  expect(again.groups.map(({ params: _, ...options }) => options)).toEqual([changed, changed]);
});
