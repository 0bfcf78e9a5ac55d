import { describe, expect, test } from "vitest";
import { RMSprop } from "../../src/optim/rmsprop.js";
import { tensor } from "../../src/tensor.js";
import { expectClose, expectSameBits, normal, useRuntime } from "../helpers.js";
import * as reference from "../reference/optim.js";

const runtime = await useRuntime();

const plain = { lr: 0.01, alpha: 0.99, eps: 1e-8, momentum: 0, centered: false, weightDecay: 0 };
const cases: [why: string, options: typeof plain][] = [
  ["the defaults", plain],
  ["weight decay", { ...plain, weightDecay: 0.3 }],
  ["momentum", { ...plain, momentum: 0.9 }],
  ["centred", { ...plain, alpha: 0.5, centered: true }],
  ["all at once, a large eps", { ...plain, momentum: 0.5, centered: true, eps: 0.1 }],
];

describe("RMSprop", () => {
  test.each(cases)("five steps as torch.optim: %s", (_, options) => {
    for (const n of [1, 3, 4, 17]) {
      const grads = [1, 2, 3, 4, 5].map((seed) => normal(n, seed));
      const param = tensor(normal(n, 9), [n], { runtime, requiresGrad: true });
      const start = Float64Array.from(param.data);
      const want = start.slice();
      reference.rmsprop(want, grads, options);
      const optimizer = new RMSprop([param], options);
      for (const grad of grads) {
        param.grad = tensor(grad, [n], { runtime });
        optimizer.step();
        optimizer.zeroGrad();
      }
      const way = Float64Array.from(param.data, (p, i) => p - start[i]);
      expectClose(
        way,
        want.map((p, i) => p - start[i]),
        1e-4,
      );
      const copy = new RMSprop([param]);
      copy.loadStateDict(optimizer.stateDict());
      expect(Object.keys(copy.stateOf(param)?.buffers ?? {}).sort()).toEqual(
        Object.keys(optimizer.stateOf(param)?.buffers ?? {}).sort(),
      );
      copy.dispose();
      optimizer.dispose();
    }
  });

  test("the deviation of a constant gradient is no NaN", () => {
    const param = tensor([1], [1], { runtime, requiresGrad: true });
    const optimizer = new RMSprop([param], { centered: true, eps: 1 });
    param.grad = tensor([3], [1], { runtime });
    for (let i = 0; i < 3000; i++) optimizer.step();
    expect(param.item()).toBeLessThan(0);
  });

  test("refusals", () => {
    const param = tensor([1], [1], { runtime, requiresGrad: true });
    expect(() => new RMSprop([param], { lr: -1 })).toThrow("RMSprop: expected lr ≥ 0, got -1");
    expect(() => new RMSprop([param], { alpha: 2 })).toThrow("expected alpha from 0 to 1, got 2");
    expect(() => new RMSprop([])).toThrow("RMSprop: got an empty parameter list");
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const param = tensor(normal(100003, 9), [100003], { runtime, requiresGrad: true });
      const optimizer = new RMSprop([param], { momentum: 0.9, centered: true });
      for (const seed of [1, 2]) {
        param.grad = tensor(normal(100003, seed), [100003], { runtime });
        optimizer.step();
      }
      return [param.toArray()];
    });
  });
});
