import { describe, expect, test } from "vitest";
import { logSoftmax } from "../../../src/ops/reduce/log-softmax.js";
import { softmax } from "../../../src/ops/reduce/softmax.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/softmax.js";

const runtime = await useRuntime();

const cases: [outer: number, n: number, inner: number, why: string][] = [
  [1, 1, 1, "one element: 1"],
  [3, 4, 1, "rows of a vector"],
  [3, 5, 1, "rows with a tail"],
  [2, 17, 1, "rows, vectors and a tail"],
  [2, 129, 1, "one more than a block of the sum"],
  [5, 1023, 1, "long rows"],
  [2, 3, 4, "columns of a vector"],
  [2, 7, 5, "columns with a tail of 1"],
  [1, 6, 3, "fewer than four columns"],
  [0, 3, 1, "no rows"],
  [2, 0, 1, "empty rows"],
  [2, 3, 0, "no columns"],
];

describe.each([false, true])("softmax, log: %s", (log) => {
  const op = log ? logSoftmax : softmax;
  test.each(cases)("[%i, %i, %i]: %s", (outer, n, inner) => {
    const x = randomTensor(runtime, [outer, n, inner], 1);
    // exp and the sum are off by a few ulp.
    expectClose(op(x, 1).toArray(), reference.softmax(x.data, outer, n, inner, log), 5e-7);
    if (x.size > 0 && x.size < 300) {
      gradcheck(
        (x) => op(x, 1),
        (x) => reference.softmax(x, outer, n, inner, log),
        [x],
      );
    }
  });

  test("dim from either end, the last by default", () => {
    const x = randomTensor(runtime, [2, 3, 4], 1);
    expect(op(x).toArray()).toEqual(op(x, 2).toArray());
    expect(op(x, -3).toArray()).toEqual(op(x, 0).toArray());
    expect(() => op(x, 3)).toThrow("expected dim from -3 to 2, got 3");
    expect(op(zeros([], { runtime })).item()).toBe(log ? 0 : 1);
  });

  test("large and far apart values", () => {
    const x = tensor([1e30, 0, -1e30, 1000, 1001, 999], [2, 3], { runtime });
    const want = reference.softmax(x.data, 2, 3, 1, log);
    expectClose(op(x).toArray(), Float64Array.from(want, Math.fround), 5e-7);
  });

  test("-Inf is a probability of 0, a row of them or an Inf or NaN makes the row NaN and no other", () => {
    const inf = Number.POSITIVE_INFINITY;
    const rows = [0, -inf, 0, 0, -inf, -inf, -inf, -inf, inf, 0, 0, 0, Number.NaN, 0, 0, 0];
    for (const transposed of [false, true]) {
      const at = (i: number) => (transposed ? (i % 4) * 4 + Math.floor(i / 4) : i);
      const x = tensor(
        rows.map((_, i) => rows[at(i)]),
        [4, 4],
        { runtime },
      );
      const { data } = op(x, transposed ? 0 : 1);
      const y = Array.from(data, (_, i) => data[at(i)]);
      expect(y[1]).toBe(log ? -inf : 0);
      expect(y[0]).toBeCloseTo(log ? -Math.log(3) : 1 / 3, 6);
      expect(y.slice(4, 8).every(Number.isNaN)).toBe(true);
      expect(y.slice(12).every(Number.isNaN)).toBe(true);
      expect(y.slice(8, 12).every(Number.isNaN)).toBe(true);
    }
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) =>
      [1, 2].flatMap((dim) => {
        const x = randomTensor(runtime, [60, 40, 37], 1, true);
        const y = op(x, dim);
        y.backward(tensor(normal(y.size, 2), y.shape, { runtime }));
        return [y.toArray(), x.grad?.toArray() ?? []];
      }),
    );
  });

  test("refuses other things than float32 tensors", () => {
    expect(() => op([1, 2] as unknown as Tensor)).toThrow(TypeError);
  });
});

test.each(goldenCases("support", "softmax"))("golden $id", (golden) => {
  const { input, grad_output } = golden.tensors(runtime);
  const output = softmax(input, golden.attributes.dim as number);
  output.backward(grad_output);
  golden.compare({ output, grad_input: input.grad });
});
