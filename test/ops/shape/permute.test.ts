import { describe, expect, test } from "vitest";
import { permute } from "../../../src/ops/shape/permute.js";
import { transpose } from "../../../src/ops/shape/transpose.js";
import { zeros } from "../../../src/tensor.js";
import { expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/permute.js";

const runtime = await useRuntime();

const cases: [shape: number[], dims: number[], why: string][] = [
  [[], [], "a scalar"],
  [[5], [0], "a vector"],
  [[4, 4], [1, 0], "one block of 4 × 4"],
  [[7, 9], [1, 0], "blocks and both tails"],
  [[3, 2], [1, 0], "no whole block"],
  [[2, 3, 5, 7], [0, 2, 3, 1], "NCHW to NHWC: matrices under a batch"],
  [[2, 5, 7, 3], [0, 3, 1, 2], "NHWC to NCHW"],
  [[2, 6, 3, 5], [0, 2, 1, 3], "heads of attention: runs of the last axis"],
  [[3, 4, 5], [2, 1, 0], "reversed: single elements"],
  [[3, 4, 5], [1, 2, 0], "two axes that run on, then one"],
  [[3, 4, 5], [0, 1, 2], "as it is: a copy"],
  [[3, 1, 5], [2, 1, 0], "an axis of one"],
  [[2, 3, 4, 5, 2], [4, 2, 0, 3, 1], "five axes"],
  [[3, 4, 5, 6], [1, 0, 3, 2], "matrices under axes that are permuted too"],
  [[0, 3, 2], [2, 0, 1], "nothing"],
];

describe("permute", () => {
  test.each(cases)("%j to %j: %s", (shape, dims) => {
    const x = randomTensor(runtime, shape, 1);
    const y = permute(x, dims);
    expect(y.shape).toEqual(dims.map((dim) => shape[dim]));
    expect([...y.data]).toEqual([...reference.permute(x.data, shape, dims)]);
    if (x.size > 0 && x.size <= 250) {
      gradcheck(
        (x) => permute(x, dims),
        (x) => reference.permute(x, shape, dims),
        [x],
      );
    }
  });

  test("negative dims; the result shares nothing", () => {
    const x = randomTensor(runtime, [2, 3], 1);
    const y = permute(x, [-1, 0]);
    expect(y.data).toEqual(transpose(x, 0, -1).toArray());
    expect(permute(x, [0, 1]).ptr).not.toBe(x.ptr);
  });

  test("transpose exchanges two dims", () => {
    const x = randomTensor(runtime, [2, 3, 4], 1);
    expect(transpose(x, 0, 2).toArray()).toEqual(permute(x, [2, 1, 0]).toArray());
    expect(transpose(x, 1, 1).toArray()).toEqual(x.data);
    gradcheck(
      (x) => transpose(x, -1, 0),
      (x) => reference.permute(x, [2, 3, 4], [2, 1, 0]),
      [x],
    );
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    expect(() => permute(x, [0, 0])).toThrow(
      "permute: expected dims to hold each of 0 … 1 once, got [0, 0]",
    );
    expect(() => permute(x, [0])).toThrow(RangeError);
    expect(() => transpose(x, 0, 2)).toThrow("transpose: expected dim from -2 to 1, got 2");
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [20, 63, 101], 1);
      return [
        [0, 2, 1],
        [1, 0, 2],
        [2, 1, 0],
      ].map((dims) => permute(x, dims).toArray());
    });
  });
});
