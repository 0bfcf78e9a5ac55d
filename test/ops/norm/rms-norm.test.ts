import { describe, expect, test } from "vitest";
import { rmsNorm } from "../../../src/ops/norm/rms-norm.js";
import { sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import { rowSets } from "../../reference/layer-norm.js";
import * as reference from "../../reference/sets.js";
import { type Affine, expectNorm } from "../norm-cases.js";

const runtime = await useRuntime();

const cases: [shape: number[], axes: number, why: string][] = [
  [[3, 1], 1, "one column: the sign of x"],
  [[2, 3], 1, "less than a vector"],
  [[5, 16], 1, "one unrolled step"],
  [[9, 97], 1, "a prime"],
  [[2, 2051], 1, "two blocks and a tail"],
  [[2, 3, 4, 5], 2, "two trailing axes"],
  [[1, 40001], 1, "one long row, in parts"],
];
const eps = 1e-6;
const op = (shape: number[], axes: number) => (x: Tensor, affine: Affine) =>
  rmsNorm(x, shape.slice(-axes), { ...affine, eps });

describe("rmsNorm", () => {
  test.each(cases)("%j over %i axes: %s", (shape, axes) => {
    const parameters = shape.slice(-axes);
    const sets = rowSets(sizeOf(shape), sizeOf(parameters));
    const c = { runtime, op: op(shape, axes), shape, sets, parameters };
    const options = { centre: false, eps };
    expectNorm({ ...c, with: ["weight"], options });
    expectNorm({ ...c, with: [], options });
  });

  test("gradient check", () => {
    gradcheck(
      (x, weight) => rmsNorm(x, [10], { weight, eps }),
      (x, weight) => reference.forward(x, rowSets(30, 10), { weight, eps, centre: false }),
      [randomTensor(runtime, [3, 10], 1), randomTensor(runtime, [10], 2)],
    );
  });

  test("eps is 2⁻²³ when left out or null", () => {
    const x = tensor([1e-4, -1e-4], [1, 2], { runtime });
    const want = Math.fround(1e-4 / Math.sqrt(1e-8 + 2 ** -23));
    expect(rmsNorm(x, [2]).toArray()[0]).toBeCloseTo(want, 6);
    expect(rmsNorm(x, [2], { eps: null }).toArray()[0]).toBeCloseTo(want, 6);
  });

  test("the same bits for any number of threads", async () => {
    const shape = [500, 130];
    const sets = rowSets(sizeOf(shape), 130);
    const options = { centre: false, eps };
    await expectSameBits((runtime) =>
      expectNorm({ runtime, op: op(shape, 1), shape, sets, parameters: [130], with: [], options }),
    );
  });

  test("refusals", () => {
    const x = zeros([2, 4], { runtime });
    expect(() => rmsNorm(x, [5])).toThrow("rmsNorm: Given normalizedShape [5]");
    expect(() => rmsNorm(x, [4], { weight: zeros([5], { runtime }) })).toThrow(
      "rmsNorm: expected weight of shape [4], got [5]",
    );
  });
});
