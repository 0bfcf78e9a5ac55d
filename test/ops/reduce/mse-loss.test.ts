import { describe, expect, test } from "vitest";
import { mseLoss } from "../../../src/ops/reduce/mse-loss.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { expectClose, expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

const cases: [shape: number[], why: string][] = [
  [[], "scalars"],
  [[3], "less than a vector"],
  [[2, 17], "vectors and a tail"],
  [[16385], "one more than a piece"],
];

describe("mseLoss", () => {
  test.each(cases)("%j: %s", (shape) => {
    for (const reduction of ["mean", "sum", "none"] as const) {
      const [a, b] = [randomTensor(runtime, shape, 1), randomTensor(runtime, shape, 2)];
      const oracle = (a: Float64Array, b: Float64Array) => {
        const squares = a.map((v, i) => (v - b[i]) ** 2);
        if (reduction === "none") return squares;
        const sum = squares.reduce((total, v) => total + v, 0);
        return Float64Array.of(reduction === "mean" ? sum / a.length : sum);
      };
      const loss = mseLoss(a, b, { reduction });
      expect(loss.shape).toEqual(reduction === "none" ? shape : []);
      const want = oracle(Float64Array.from(a.data), Float64Array.from(b.data));
      expectClose(loss.data, want, 2e-7); // difference and square in float32, sum in float64
      if (a.size < 100) gradcheck((a, b) => mseLoss(a, b, { reduction }), oracle, [a, b]);
    }
  });

  test("either side alone can want a gradient: opposite ones", () => {
    const values = [1, 2].map((seed) => randomTensor(runtime, [5], seed).toArray());
    const gradients = [0, 1].map((side) => {
      const [a, b] = values.map((v, i) => tensor(v, [5], { runtime, requiresGrad: i === side }));
      mseLoss(a, b).backward();
      expect([a, b][1 - side].grad).toBeNull();
      return [a, b][side].grad?.toArray();
    });
    expect(gradients[1]).toEqual(gradients[0]?.map((v) => -v));
  });

  test("nothing: NaN, and refusals", () => {
    const x = zeros([0], { runtime });
    expect(mseLoss(x, x).item()).toBeNaN();
    expect(() => mseLoss(zeros([2, 3], { runtime }), zeros([3, 2], { runtime }))).toThrow(
      "mseLoss: expected target of shape [2, 3], got [3, 2]",
    );
    expect(() => mseLoss(x, x, { reduction: "all" as "sum" })).toThrow(RangeError);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const a = randomTensor(runtime, [100003], 1, true);
      const loss = mseLoss(a, randomTensor(runtime, [100003], 2));
      loss.backward();
      return [loss.toArray(), a.grad?.toArray() ?? []];
    });
  });
});
