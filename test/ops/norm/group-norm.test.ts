import { describe, expect, test } from "vitest";
import { groupNorm } from "../../../src/ops/norm/group-norm.js";
import { type Tensor, zeros } from "../../../src/tensor.js";
import { expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import { groupNormSets } from "../../reference/group-norm.js";
import * as reference from "../../reference/sets.js";
import { type Affine, expectNorm } from "../norm-cases.js";

const runtime = await useRuntime();

const cases: [shape: number[], groups: number, why: string][] = [
  [[2, 4], 2, "[N, C]: planes of one element"],
  [[3, 6, 5], 3, "two channels a group"],
  [[2, 6, 3, 3], 1, "one group: layer norm with a weight per channel"],
  [[2, 6, 3, 3], 6, "one channel a group: instance norm"],
  [[4, 8, 17], 2, "planes with a tail"],
  [[2, 32, 31, 33], 8, "sets of four blocks"],
  [[1, 8, 4000], 1, "a single set, in parts"],
  [[1, 64, 700], 2, "two sets of many planes"],
  [[1, 2, 40000], 1, "a single set of two long planes"],
];
const op = (groups: number) => (x: Tensor, affine: Affine) => groupNorm(x, groups, affine);

describe("groupNorm", () => {
  test.each(cases)("%j in %i groups: %s", (shape, groups) => {
    const sets = groupNormSets(shape, groups);
    const c = { runtime, op: op(groups), shape, sets, parameters: [shape[1]] };
    expectNorm(c);
    expectNorm({ ...c, with: [] });
    expectNorm({ ...c, with: ["bias"] });
  });

  test("gradient check", () => {
    const shape = [2, 4, 3];
    gradcheck(
      (x, weight, bias) => groupNorm(x, 2, { weight, bias }),
      (x, weight, bias) =>
        reference.forward(x, groupNormSets(shape, 2), { weight, bias, eps: 1e-5 }),
      [shape, [4], [4]].map((dims, i) => randomTensor(runtime, dims, i)),
    );
  });

  test("an empty batch", () => {
    const x = zeros([0, 4, 3], { runtime, requiresGrad: true });
    const weight = randomTensor(runtime, [4], 1, true);
    const y = groupNorm(x, 2, { weight });
    y.backward(zeros([0, 4, 3], { runtime }));
    expect(y.shape).toEqual([0, 4, 3]);
    expect(weight.grad?.data).toEqual(new Float32Array(4));
  });

  test("the same bits for any number of threads", async () => {
    for (const [shape, groups] of [
      [[20, 32, 100], 4],
      [[1, 40, 2000], 1],
    ] as const) {
      const c = {
        op: op(groups),
        shape,
        sets: groupNormSets(shape, groups),
        parameters: [shape[1]],
      };
      await expectSameBits((runtime) => expectNorm({ runtime, ...c }));
    }
  });

  test("refusals", () => {
    const call =
      (shape: number[], groups: number, options: object = {}) =>
      () =>
        groupNorm(zeros(shape, { runtime }), groups, options);
    expect(call([2, 6, 3], 4)).toThrow(
      "groupNorm: num_channels must be divisible by num_groups, got 6 and 4",
    );
    expect(call([1, 3, 1], 3)).toThrow("Expected more than 1 value per channel when training");
    expect(call([2, 3, 1], 3)).not.toThrow();
    expect(call([2, 6, 3], 0)).toThrow(RangeError);
    expect(call([2, 6, 3], 1.5)).toThrow(RangeError);
    expect(call([6], 2)).toThrow(RangeError);
    expect(call([2, 4, 3], 2, { weight: zeros([6], { runtime }) })).toThrow(
      "groupNorm: expected weight of shape [4], got [6]",
    );
  });
});
