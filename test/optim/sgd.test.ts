import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SGD } from "../../src/optim/sgd.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { full, tensor } from "../../src/tensor.js";
import { expectClose, expectSameBits, guardMemory, normal } from "../helpers.js";
import * as reference from "../reference/optim.js";

let runtime: Runtime;
let checkGuards: () => void;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  checkGuards = guardMemory(runtime);
});
afterEach(() => checkGuards());
afterAll(() => runtime.close());

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
