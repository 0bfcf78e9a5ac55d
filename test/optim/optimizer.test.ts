import { describe, expect, test } from "vitest";
import { mul } from "../../src/ops/elementwise/mul.js";
import { sum } from "../../src/ops/reduce/sum.js";
import { Adam } from "../../src/optim/adam.js";
import { SGD } from "../../src/optim/sgd.js";
import { keep, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const leaf = (values: number[]) => tensor(values, [values.length], { runtime, requiresGrad: true });

describe("Optimizer", () => {
  test("a parameter without gradient stays as it is, momentum or not", () => {
    const [a, b] = [leaf([1]), leaf([1])];
    const optimizer = new SGD([a, b], { lr: 1, momentum: 0.9 });
    a.grad = tensor([0.5], [1], { runtime });
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 1]);
  });

  test("zeroGrad frees the gradients", () => {
    const a = leaf([1, 2]);
    sum(mul(a, a)).backward();
    const grad = a.grad;
    new SGD([a], { lr: 1 }).zeroGrad();
    expect(a.grad).toBeNull();
    expect(grad?.disposed).toBe(true);
  });

  test("state lives through tidy, steps leave nothing behind, dispose frees it", () => {
    const a = keep(leaf([1, 2, 3]));
    const before = runtime.stats();
    const optimizer = new Adam([a]);
    const step = () =>
      tidy(() => {
        optimizer.zeroGrad();
        sum(mul(a, a)).backward();
        optimizer.step();
      });
    step();
    const { bytes, tensors } = runtime.stats();
    for (let i = 0; i < 100; i++) step();
    expect(runtime.stats()).toMatchObject({ bytes, tensors });
    optimizer.zeroGrad();
    optimizer.dispose();
    expect(runtime.stats()).toMatchObject({ bytes: before.bytes, tensors: before.tensors });
  });

  test("minimises", () => {
    const a = leaf([5, -3]);
    const optimizer = new Adam([a], { lr: 0.1 });
    for (let i = 0; i < 300; i++) {
      optimizer.zeroGrad();
      sum(mul(a, a)).backward();
      optimizer.step();
    }
    expect(Math.max(...a.data.map(Math.abs))).toBeLessThan(1e-2);
  });

  test("refusals as torch.optim's", () => {
    const a = leaf([1]);
    const options = { lr: 1 };
    expect(() => new SGD([], options)).toThrow("SGD: got an empty parameter list");
    expect(() => new SGD(a as unknown as Tensor[], options)).toThrow(TypeError);
    expect(() => new SGD([a, a], options)).toThrow("SGD: a parameter appears twice");
    expect(() => new SGD([mul(a, a)], options)).toThrow("SGD: parameter 0 is not a leaf tensor");
    const integers = tensor(Int32Array.of(1), [1], { runtime }) as unknown as Tensor;
    expect(() => new SGD([a, integers], options)).toThrow(
      "SGD: expected parameter 1 of dtype float32, got int32",
    );
  });
});
