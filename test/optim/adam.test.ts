import { describe, expect, test } from "vitest";
import { Adam, type AdamOptions, AdamW } from "../../src/optim/adam.js";
import { full, tensor } from "../../src/tensor.js";
import { goldenCases } from "../golden.js";
import { expectClose, expectSameBits, normal, useRuntime } from "../helpers.js";
import * as reference from "../reference/optim.js";

const runtime = await useRuntime();

const plain = { lr: 1e-3, betas: [0.9, 0.999] as [number, number], eps: 1e-8, weightDecay: 0 };
const cases: [why: string, options: typeof plain & { amsgrad?: boolean }, decoupled: boolean][] = [
  ["Adam", plain, false],
  ["Adam with weight decay in the gradient", { ...plain, weightDecay: 0.3 }, false],
  ["AdamW without decay is Adam", plain, true],
  ["AdamW", { ...plain, weightDecay: 0.3 }, true],
  ["amsgrad", { ...plain, betas: [0.5, 0.6], amsgrad: true }, false],
  ["AdamW with amsgrad", { ...plain, betas: [0.5, 0.6], weightDecay: 0.3, amsgrad: true }, true],
  ["other betas, a large eps", { ...plain, lr: 0.1, betas: [0.5, 0.9], eps: 0.1 }, false],
];

describe("Adam", () => {
  test.each(cases)("five steps as torch.optim: %s", (_, options, decoupled) => {
    for (const n of [1, 3, 4, 17]) {
      const grads = [1, 2, 3, 4, 5].map((seed) => normal(n, seed));
      const param = tensor(normal(n, 9), [n], { runtime, requiresGrad: true });
      const start = Float64Array.from(param.data);
      const want = start.slice();
      reference.adam(want, grads, { ...options, decoupled });
      const optimizer = new (decoupled ? AdamW : Adam)([param], options);
      for (const grad of grads) {
        param.grad = tensor(grad, [n], { runtime });
        optimizer.step();
        optimizer.zeroGrad();
      }
      // the way gone, not the place: steps are 1000 times smaller than parameters, whose roundings count 1000 times
      const way = Float64Array.from(param.data, (p, i) => p - start[i]);
      expectClose(
        way,
        want.map((p, i) => p - start[i]),
        1e-4,
      );
      optimizer.dispose();
    }
  });

  test("AdamW decays by 0.01 when not told otherwise", () => {
    const param = tensor([100], [1], { runtime, requiresGrad: true });
    param.grad = tensor([0], [1], { runtime });
    new AdamW([param], { lr: 0.1 }).step();
    expect(param.item()).toBe(Math.fround(100 * Math.fround(1 - 0.1 * 0.01)));
  });

  test("lr can follow a schedule: a rate of 0 moves nothing", () => {
    const param = tensor([1, 2], [2], { runtime, requiresGrad: true });
    const optimizer = new Adam([param]);
    optimizer.lr = 0;
    param.grad = tensor([3, 4], [2], { runtime });
    optimizer.step();
    expect([...param.data]).toEqual([1, 2]);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const param = tensor(normal(100003, 9), [100003], { runtime, requiresGrad: true });
      const optimizer = new Adam([param], { lr: 0.1 });
      for (const seed of [1, 2]) {
        param.grad = tensor(normal(100003, seed), [100003], { runtime });
        optimizer.step();
      }
      return [param.toArray()];
    });
  });

  test("moments that no gradient feeds end at 0, and NaN stays", () => {
    const param = tensor([1, 1, 1, 1, 1], [5], { runtime, requiresGrad: true });
    const rest = (options: AdamOptions) => {
      const adam = new Adam([param], options);
      const moments = (step: number) => {
        param.grad = full([5], step === 0 ? 1e-30 : 0, { runtime });
        if (step === 0) param.grad.data[4] = Number.NaN;
        adam.step();
        param.grad.dispose();
        param.grad = null;
      };
      for (let step = 0; step < 320; step++) moments(step);
      const { tensors } = adam.stateDict();
      return ["0.exp_avg", "0.exp_avg_sq"].flatMap((name) => [...(tensors.get(name)?.data ?? [])]);
    };
    const nothing = [0, 0, 0, 0, Number.NaN];
    expect(rest({})).toEqual([...nothing, ...nothing]);
    expect(rest({ eps: 1e-20 })[0]).toBeGreaterThan(0); // there they count
  });

  test("refusals", () => {
    const param = tensor([1], [1], { runtime, requiresGrad: true });
    expect(() => new Adam([param], { lr: -1 })).toThrow("Adam: expected lr ≥ 0, got -1");
    expect(() => new Adam([param], { betas: [1, 0.9] })).toThrow(
      "expected betas from 0 to below 1",
    );
    expect(() => new AdamW([param], { eps: -1 })).toThrow("AdamW: expected eps ≥ 0");
  });

  test("amsgrad switched on between steps starts from the squares since then", () => {
    const param = tensor([1], [1], { runtime, requiresGrad: true });
    const optimizer = new Adam([param]);
    const step = (grad: number) => {
      param.grad = tensor([grad], [1], { runtime });
      optimizer.step();
    };
    step(10);
    optimizer.groups[0].amsgrad = true;
    step(1);
    const { exp_avg_sq, max_exp_avg_sq } = optimizer.stateOf(param)?.buffers ?? {};
    expect(max_exp_avg_sq.item()).toBe(exp_avg_sq.item());
    step(0);
    expect(max_exp_avg_sq.item()).toBeGreaterThan(exp_avg_sq.item());
    const copy = new Adam([param]);
    copy.loadStateDict(optimizer.stateDict());
    expect(copy.groups[0].amsgrad).toBe(true);
    expect(copy.stateOf(param)?.buffers.max_exp_avg_sq.item()).toBe(max_exp_avg_sq.item());
    expect(() => new Adam([param], { amsgrad: 1 as never })).toThrow("amsgrad to be boolean");
  });

  const golden = [
    ...goldenCases("support", "adam"),
    ...goldenCases("losses", "adam"),
    ...goldenCases("losses", "adamw"),
  ];
  test.each(golden)("golden $id", (golden) => {
    const { lr, betas, eps, steps, amsgrad, weight_decay } =
      golden.attributes as unknown as typeof plain & {
        steps: number;
        amsgrad: boolean;
        weight_decay: number;
      };
    const { param, ...grads } = golden.tensors(runtime);
    const options = { lr, betas, eps, amsgrad, weightDecay: weight_decay };
    const optimizer = new (golden.op === "adamw" ? AdamW : Adam)([param], options);
    for (let i = 0; i < steps; i++) {
      param.grad = grads[`grad.${i}`];
      optimizer.step();
    }
    golden.compare({ param, ...optimizer.stateOf(param)?.buffers });
  });
});
