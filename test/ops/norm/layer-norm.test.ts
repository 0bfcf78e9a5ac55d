import { describe, expect, test } from "vitest";
import { layerNorm } from "../../../src/ops/norm/layer-norm.js";
import { sizeOf, tensor, zeros } from "../../../src/tensor.js";
import { expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import { rowSets } from "../../reference/layer-norm.js";
import * as reference from "../../reference/sets.js";
import { expectNorm } from "../norm-cases.js";

const runtime = await useRuntime();

const cases: [shape: number[], axes: number, why: string][] = [
  [[3, 1], 1, "one column: x̂ is 0"],
  [[2, 3], 1, "less than a vector"],
  [[5, 4], 1, "one vector"],
  [[5, 5], 1, "a vector and a tail"],
  [[3, 15], 1, "no full sample of 16"],
  [[3, 16], 1, "one unrolled step"],
  [[3, 17], 1, "one unrolled step and a tail"],
  [[9, 97], 1, "a prime"],
  [[2, 1023], 1, "one short of a block"],
  [[2, 2051], 1, "two blocks and a tail"],
  [[1, 40], 1, "one row"],
  [[300, 24], 1, "blocks of several rows, the last short"],
  [[2, 3, 4, 5], 2, "two trailing axes"],
  [[2, 3, 4], 3, "all axes: a single row"],
  [[1, 40001], 1, "one long row, in parts"],
  [[3, 20000], 1, "few long rows, in parts"],
];
const op =
  (shape: number[], axes: number) => (x: Parameters<typeof layerNorm>[0], affine: object) =>
    layerNorm(x, shape.slice(-axes), affine);

describe("layerNorm", () => {
  test.each(cases)("%j over %i axes: %s", (shape, axes) => {
    const parameters = shape.slice(-axes);
    const sets = rowSets(sizeOf(shape), sizeOf(parameters));
    const c = { runtime, op: op(shape, axes), shape, sets, parameters };
    expectNorm(c);
    expectNorm({ ...c, with: [] });
    expectNorm({ ...c, with: ["weight"] });
    expectNorm({ ...c, with: ["bias"] });
  });

  test("gradient check", () => {
    const inputs = [[3, 10], [10], [10]].map((shape, i) => randomTensor(runtime, shape, i));
    gradcheck(
      (x, weight, bias) => layerNorm(x, [10], { weight, bias }),
      (x, weight, bias) => reference.forward(x, rowSets(30, 10), { weight, bias, eps: 1e-5 }),
      inputs,
    );
  });

  test("only the gradients that are wanted", () => {
    const x = randomTensor(runtime, [4, 6], 1);
    const weight = randomTensor(runtime, [6], 2, true);
    const y = layerNorm(x, [6], { weight });
    y.backward(randomTensor(runtime, [4, 6], 3));
    expect(x.grad).toBeNull();
    expect(weight.grad?.shape).toEqual([6]);
  });

  test("no rows: nothing comes out, gradients are 0", () => {
    const x = zeros([0, 4], { runtime, requiresGrad: true });
    const weight = randomTensor(runtime, [4], 1, true);
    const y = layerNorm(x, [4], { weight });
    y.backward(zeros([0, 4], { runtime }));
    expect(y.shape).toEqual([0, 4]);
    expect(weight.grad?.data).toEqual(new Float32Array(4));
    expect(layerNorm(zeros([3, 0], { runtime }), [0]).shape).toEqual([3, 0]);
  });

  test("the same bits for any number of threads", async () => {
    for (const shape of [
      [500, 130],
      [2, 50001],
    ]) {
      const sets = rowSets(sizeOf(shape), shape[1]);
      const parameters = [shape[1]];
      await expectSameBits((runtime) =>
        expectNorm({ runtime, op: op(shape, 1), shape, sets, parameters }),
      );
    }
  });

  test("refusals", () => {
    const x = zeros([2, 4], { runtime });
    const wrong = zeros([5], { runtime });
    expect(() => layerNorm(x, [5])).toThrow(
      "layerNorm: Given normalizedShape [5], expected input with shape [*, 5], but got input of size [2, 4]",
    );
    expect(() => layerNorm(zeros([4], { runtime }), [2, 4])).toThrow(RangeError);
    expect(() => layerNorm(x, [])).toThrow(TypeError);
    expect(() => layerNorm(x, [4], { weight: wrong })).toThrow(
      "layerNorm: expected weight of shape [4], got [5]",
    );
    expect(() => layerNorm(x, [4], { eps: -1 })).toThrow(RangeError);
    expect(() => layerNorm(tensor(new Int32Array(4), [4], { runtime }) as never, [4])).toThrow(
      TypeError,
    );
  });
});
