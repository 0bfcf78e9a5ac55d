import { describe, expect, test } from "vitest";
import { grad } from "../../../src/grad/grad.js";
import { crossEntropy } from "../../../src/ops/reduce/cross-entropy.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  randomTensor,
  uniform,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/softmax.js";

const runtime = await useRuntime();

const cases: [n: number, classes: number, why: string][] = [
  [1, 1, "one class: no loss"],
  [1, 10, "one row"],
  [7, 10, "two vectors and a tail"],
  [64, 3, "less than a vector"],
  [3, 131, "more than a block of the sum"],
];
const targetsFor = (n: number, classes: number) => {
  const next = uniform(n);
  return Array.from({ length: n }, () => Math.floor(next() * classes));
};

describe("crossEntropy", () => {
  test.each(cases)("[%i, %i]: %s", (n, classes) => {
    const targets = targetsFor(n, classes);
    for (const reduction of ["mean", "sum", "none"] as const) {
      const x = randomTensor(runtime, [n, classes], 1);
      const oracle = (x: Float64Array) => {
        const losses = reference.crossEntropy(x, targets, classes);
        if (reduction === "none") return losses;
        return Float64Array.of(
          losses.reduce((sum, v) => sum + v, 0) / (reduction === "mean" ? n : 1),
        );
      };
      const loss = crossEntropy(x, targets, { reduction });
      expect(loss.shape).toEqual(reduction === "none" ? [n] : []);
      // exp and its sum are float32; all other steps are float64.
      expectClose(loss.data, oracle(Float64Array.from(x.data)), 5e-7);
      gradcheck((x) => crossEntropy(x, targets, { reduction }), oracle, [x]);
    }
  });

  test.each([0.1, 1])("label smoothing %f, rows ignored", (labelSmoothing) => {
    const [n, classes] = [7, 10];
    const targets = targetsFor(n, classes);
    const ignored = [1, 6];
    const given = targets.map((target, i) => (ignored.includes(i) ? 255 : target));
    for (const reduction of ["mean", "sum", "none"] as const) {
      const options = { reduction, labelSmoothing, ignoreIndex: 255 };
      const oracle = (x: Float64Array) => {
        const losses = reference.crossEntropy(x, targets, classes, labelSmoothing);
        for (const i of ignored) losses[i] = 0;
        if (reduction === "none") return losses;
        const sum = losses.reduce((total, loss) => total + loss, 0);
        return Float64Array.of(reduction === "mean" ? sum / 5 : sum);
      };
      const x = randomTensor(runtime, [n, classes], 1);
      const loss = crossEntropy(x, given, options);
      expectClose(loss.data, oracle(Float64Array.from(x.data)), 5e-7);
      gradcheck((x) => crossEntropy(x, given, options), oracle, [x]);
      for (const i of ignored)
        expect([...(x.grad as Tensor).toArray().subarray(10 * i, 10 * i + 10)]).toEqual(
          new Array(10).fill(0),
        );
    }
  });

  test("−100 is ignored by default; with every row ignored the mean is NaN and no gradient flows", () => {
    const x = randomTensor(runtime, [2, 3], 1, true);
    expect(crossEntropy(x, [-100, 1]).item()).toBe(
      crossEntropy(x, [1, 1], { reduction: "none" }).toArray()[1],
    );
    const loss = crossEntropy(x, [-100, -100]);
    expect(loss.item()).toBeNaN();
    loss.backward();
    expect([...(x.grad?.data ?? [])]).toEqual(new Array(6).fill(0));
  });

  test.each([
    ["without weights", null],
    ["with weights", [1, 2, 3]],
  ])("logits of an ignored row may be anything, %s", (_, factors) => {
    const values = [1, 2, 3, Number.NaN, Infinity, -Infinity, 3, 1, 2];
    const x = tensor(Float32Array.from(values), [3, 3], { runtime, requiresGrad: true });
    const rows = tensor(Float32Array.from([1, 2, 3, 3, 1, 2]), [2, 3], {
      ...{ runtime, requiresGrad: true },
    });
    const weight = factors && tensor(Float32Array.from(factors), [3], { runtime });
    const loss = crossEntropy(x, [0, -100, 2], { weight });
    const want = crossEntropy(rows, [0, 2], { weight });
    expect(loss.item()).toBe(want.item());
    const [recorded] = grad(loss, x, { createGraph: true });
    loss.backward();
    want.backward();
    const [first, second] = [0, 1].map((i) => [...(rows.grad?.data.slice(3 * i, 3 * i + 3) ?? [])]);
    expect([...(x.grad?.data ?? [])]).toEqual([...first, 0, 0, 0, ...second]);
    expect(recorded?.data.slice(3, 6)).toEqual(new Float32Array(3));
    expectClose(recorded?.data as Float32Array, Float64Array.from(x.grad?.data ?? []), 1e-6);
  });

  test("[N, C, d…]: classes on the second axis, a target for each place", () => {
    const [n, classes, d] = [2, 5, 6];
    const targets = targetsFor(n * d, classes);
    const oracle = (x: Float64Array) => {
      const rows = Float64Array.from(x, (_, i) => {
        const [place, k] = [Math.floor(i / classes), i % classes];
        return x[(Math.floor(place / d) * classes + k) * d + (place % d)];
      });
      return reference.crossEntropy(rows, targets, classes);
    };
    const x = randomTensor(runtime, [n, classes, 2, 3], 1);
    const tensors = runtime.stats().tensors;
    const losses = crossEntropy(x, targets, { reduction: "none" });
    expect(runtime.stats().tensors).toBe(tensors + 1);
    expect(losses.shape).toEqual([n, 2, 3]);
    expectClose(losses.data, oracle(Float64Array.from(x.data)), 5e-7);
    gradcheck((x) => crossEntropy(x, targets, { reduction: "none" }), oracle, [x]);
    const mean = crossEntropy(x, tensor(Int32Array.from(targets), [n, 2, 3], { runtime }));
    expect(mean.item()).toBeCloseTo(losses.data.reduce((a, b) => a + b) / 12, 6);
  });

  test("targets as an array, an Int32Array and an int32 tensor, which may be freed", () => {
    const x = randomTensor(runtime, [3, 4], 1, true);
    const want = crossEntropy(x, [0, 3, 2]).item();
    expect(crossEntropy(x, Int32Array.of(0, 3, 2)).item()).toBe(want);
    const wide = tensor(BigInt64Array.of(0n, 3n, 2n, -100n), [4], { runtime });
    const more = randomTensor(runtime, [4, 4], 1);
    expect(crossEntropy(more, wide).item()).toBe(crossEntropy(more, [0, 3, 2, -100]).item());
    const labels = tensor(Int32Array.of(0, 3, 2), [3], { runtime });
    const loss = crossEntropy(x, labels);
    labels.dispose();
    loss.backward();
    expect(loss.item()).toBe(want);
  });

  test("logits of 10^30 and the hopeless class: a large loss, no Inf, no NaN", () => {
    const x = tensor([1e30, 0, -1e30], [1, 3], { runtime, requiresGrad: true });
    const loss = crossEntropy(x, [1]);
    expect(loss.item()).toBe(Math.fround(1e30));
    loss.backward();
    expect([...(x.grad?.data ?? [])]).toEqual([1, -1, 0]);
  });

  test("an empty batch: NaN as in PyTorch, 0 for a sum", () => {
    const x = zeros([0, 3], { runtime });
    expect(crossEntropy(x, []).item()).toBeNaN();
    expect(crossEntropy(x, [], { reduction: "sum" }).item()).toBe(0);
  });

  test("refusals name the target and change nothing", () => {
    const x = zeros([2, 3], { runtime });
    const { bytes } = runtime.stats();
    expect(() => crossEntropy(x, [0, 3])).toThrow(
      "crossEntropy: expected targets from 0 to 2, got 3 at index 1",
    );
    expect(() => crossEntropy(x, [-1, 0])).toThrow("got -1 at index 0");
    expect(() => crossEntropy(x, [0.5, 0])).toThrow(RangeError);
    expect(() => crossEntropy(x, [0, null as never])).toThrow("got null at index 1");
    expect(() => crossEntropy(x, [0, 1], { labelSmoothing: null as never })).toThrow(TypeError);
    expect(() => crossEntropy(x, [0])).toThrow("crossEntropy: expected 2 targets, got 1");
    expect(() => crossEntropy(x, "01" as unknown as number[])).toThrow(TypeError);
    expect(() => crossEntropy(zeros([2], { runtime }), [0, 1])).toThrow(
      "expected 1 targets, got 2",
    );
    expect(() => crossEntropy(zeros([], { runtime }), 0)).toThrow("shape [C], [N, C] or [N, C, …]");
    expect(() => crossEntropy(x, [0, 1], { reduction: "max" as "mean" })).toThrow("got max");
    const doubles = tensor(new Float64Array(2), [2], { runtime });
    expect(() => crossEntropy(x, doubles as unknown as Tensor<"int32">)).toThrow("dtype int32");
    const far = tensor(BigInt64Array.of(0n, 2n ** 40n), [2], { runtime });
    expect(() => crossEntropy(x, far)).toThrow("got 1099511627776 at index 1");
    expect(runtime.stats().bytes - bytes).toBeLessThanOrEqual(256); // only the tensors made in this test
  });

  test("refuses a smoothing beyond 1 and targets of another shape", () => {
    const x = zeros([2, 3], { runtime });
    expect(() => crossEntropy(x, [0, 1], { ignoreIndex: 1.5 })).toThrow(
      "crossEntropy: expected ignoreIndex to be an integer, got 1.5",
    );
    expect(() => crossEntropy(x, [0, 1], { labelSmoothing: 1.1 })).toThrow(
      "labelSmoothing from 0 to 1",
    );
    const square = tensor(new Int32Array(4), [2, 2], { runtime });
    expect(() => crossEntropy(zeros([2, 3, 2, 2], { runtime }), square)).toThrow(
      "of shape [2, 2, 2], got [2, 2]",
    );
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [3000, 10], 1, true);
      const loss = crossEntropy(x, targetsFor(3000, 10));
      loss.backward();
      return [loss.toArray(), x.grad?.toArray() ?? []];
    });
  });

  test.each(goldenCases("support", "cross_entropy"))("golden $id", (golden) => {
    const { input, target } = golden.tensors(runtime);
    const targets = target.data as ArrayLike<unknown> as BigInt64Array;
    const loss = crossEntropy(input, Int32Array.from(targets, Number));
    loss.backward();
    golden.compare({ loss, grad_input: input.grad });
  });
});
