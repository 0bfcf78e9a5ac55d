import { describe, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/io/checkpoint.js";
import { SGD } from "../../src/optim/sgd.js";
import { full, tensor } from "../../src/tensor.js";
import { expectClose, expectSameBits, normal, useRuntime } from "../helpers.js";
import * as reference from "../reference/optim.js";

const runtime = await useRuntime();

const plain = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };
const cases: [why: string, options: reference.Sgd][] = [
  ["plain", plain],
  ["weight decay", { ...plain, weightDecay: 0.3 }],
  ["momentum, the first step without history", { ...plain, momentum: 0.9 }],
  ["dampening, not in the first step", { ...plain, momentum: 0.9, dampening: 0.5 }],
  ["Nesterov", { ...plain, momentum: 0.9, nesterov: true }],
  ["everything", { lr: 0.01, momentum: 0.7, dampening: 0, weightDecay: 0.1, nesterov: true }],
];

describe("SGD", () => {
  test.each(cases)("four steps as torch.optim: %s", (_, options) => {
    for (const n of [1, 3, 4, 17]) {
      const grads = [1, 2, 3, 4].map((seed) => normal(n, seed));
      const param = tensor(normal(n, 9), [n], { runtime, requiresGrad: true });
      const want = Float64Array.from(param.data);
      reference.sgd(want, grads, options);
      const optimizer = new SGD([param], options);
      for (const grad of grads) {
        param.grad = tensor(grad, [n], { runtime });
        optimizer.step();
        optimizer.zeroGrad();
      }
      expectClose(param.data, want, 1e-6); // a dozen float32 roundings in four steps
      optimizer.dispose();
    }
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const param = tensor(normal(100003, 9), [100003], { runtime, requiresGrad: true });
      const optimizer = new SGD([param], { lr: 0.1, momentum: 0.9, weightDecay: 0.1 });
      for (const seed of [1, 2]) {
        param.grad = tensor(normal(100003, seed), [100003], { runtime });
        optimizer.step();
      }
      return [param.toArray()];
    });
  });

  test("a velocity that no gradient feeds ends at 0", () => {
    const param = tensor([1, 1, 1, 1, 1], [5], { runtime, requiresGrad: true });
    const sgd = new SGD([param], { lr: 0.1, momentum: 0.9 });
    for (let step = 0; step < 960; step++) {
      param.grad = full([5], step === 0 ? 1 : 0, { runtime });
      sgd.step();
      param.grad.dispose();
      param.grad = null;
    }
    const { tensors } = sgd.stateDict();
    expect([...(tensors.get("0.momentum_buffer")?.data ?? [])]).toEqual([0, 0, 0, 0, 0]);
  });

  test("refusals", () => {
    const param = tensor([1], [1], { runtime, requiresGrad: true });
    expect(() => new SGD([param], { lr: -1 })).toThrow("SGD: expected lr ≥ 0, got -1");
    expect(() => new SGD([param], { lr: 1, momentum: -1 })).toThrow("expected momentum ≥ 0");
    expect(() => new SGD([param], { lr: 1, weightDecay: NaN })).toThrow("expected weightDecay ≥ 0");
    expect(() => new SGD([param], { lr: 1, nesterov: true })).toThrow("nesterov needs a momentum");
  });
});

describe("SGD, options changed between steps as in torch", () => {
  type Change = Partial<reference.Sgd>;
  /** torch keeps a buffer from its first step with momentum on, and leaves it alone where momentum is 0. */
  const oracle = (start: ArrayLike<number>, grads: ArrayLike<number>[], plan: Change[]) => {
    const param = Float64Array.from(start);
    const options = { ...plain };
    let buffer: number[] | null = null;
    grads.forEach((grad, t) => {
      Object.assign(options, plan[t]);
      const { lr, momentum, dampening, weightDecay, nesterov } = options;
      const d = [...param].map((p, i) => grad[i] + weightDecay * p);
      let step = d;
      if (momentum !== 0) {
        const old: number[] | null = buffer;
        const velocity = d.map((g, i) => (old ? momentum * old[i] + (1 - dampening) * g : g));
        step = nesterov ? d.map((g, i) => g + momentum * velocity[i]) : velocity;
        buffer = velocity;
      }
      step.forEach((s, i) => {
        param[i] -= lr * s;
      });
    });
    return param;
  };
  const plans: [why: string, plan: Change[]][] = [
    ["momentum later", [{}, {}, { momentum: 0.9, dampening: 0.5 }, {}, {}]],
    [
      "no momentum later, then again",
      [{ momentum: 0.9 }, {}, { momentum: 0 }, {}, { momentum: 0.5 }, {}],
    ],
    ["less momentum", [{ momentum: 0.9 }, {}, { momentum: 0.5 }, {}]],
    ["Nesterov later", [{ momentum: 0.9 }, {}, { nesterov: true }, {}, { momentum: 0 }, {}]],
    [
      "rate, decay, dampening",
      [{ momentum: 0.9 }, { lr: 0.3 }, { weightDecay: 0.2 }, { dampening: 0.3 }],
    ],
  ];
  test.each(plans)("%s, with or without a checkpoint between any two steps", (_, plan) => {
    const grads = plan.map((_, seed) => normal(5, seed));
    const make = () => tensor(normal(5, 99), [5], { runtime, requiresGrad: true });
    const [param, other] = [make(), make()];
    const want = oracle(param.data, grads, plan);
    const straight = new SGD([param], plain);
    let resumed = new SGD([other], plain);
    grads.forEach((grad, t) => {
      Object.assign(straight.groups[0], plan[t]);
      Object.assign(resumed.groups[0], plan[t]);
      const bytes = saveCheckpoint({ sgd: resumed });
      resumed.dispose();
      resumed = new SGD([other], plain);
      loadCheckpoint(bytes, { sgd: resumed }, { runtime });
      for (const [p, sgd] of [
        [param, straight],
        [other, resumed],
      ] as const) {
        p.grad = tensor(grad, [5], { runtime });
        sgd.step();
      }
    });
    expectClose(param.data, want, 1e-6);
    expect(other.toArray()).toEqual(param.toArray());
  });
});
