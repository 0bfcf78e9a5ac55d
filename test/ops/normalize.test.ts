import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { normalize } from "../../src/ops/normalize.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { tensor, zeros } from "../../src/tensor.js";
import { expectClose, guardMemory } from "../helpers.js";
import * as reference from "../reference/normalize.js";
import { describeMethod } from "./method-cases.js";

let runtime: Runtime;
let checkGuards: () => void;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  checkGuards = guardMemory(runtime);
});
afterEach(() => checkGuards());
afterAll(() => runtime.close());

describe.each([1, 2, 3, Infinity])("p = %d", (p) => {
  describe.each([0, 1, 2])("dim %i", (dim) => {
    describeMethod("normalize", {
      runtime: () => runtime,
      op: (x) => normalize(x, { p, dim }),
      oracle: (shape, x) => reference.normalize(x, shape, { p, axis: dim, eps: 1e-12 }),
      cases: [
        [[[3, 4, 8]], "whole vectors"],
        [[[2, 5, 7]], "tails"],
        [[[5, 3, 2]], "less than a vector"],
      ],
      large: [[6, 90, 90]],
      hard: [[4, 6, 5]],
    });
  });
});

describe("normalize", () => {
  test("of several largest elements each gets its share of the gradient", () => {
    const x = tensor([2, -2, 1], [1, 3], { runtime, requiresGrad: true });
    normalize(x, { p: Infinity }).backward(tensor([3, 1, 5], [1, 3], { runtime }));
    // dy·x̂ = 3 − 1 + 2.5 = 4.5, half of it to each of the two
    expect([...(x.grad?.data ?? [])]).toEqual([(3 - 2.25) / 2, (1 + 2.25) / 2, 2.5]);
  });

  test("a norm below eps is a constant", () => {
    const x = tensor([0, 0, 3, 4], [2, 2], { runtime, requiresGrad: true });
    const y = normalize(x, { eps: 10 });
    y.backward(tensor([1, 2, 3, 4], [2, 2], { runtime }));
    expectClose(y.data, [0, 0, 0.3, 0.4], 1e-7);
    expectClose(x.grad?.data ?? [], [0.1, 0.2, 0.3, 0.4], 1e-7);
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    expect(() => normalize(x, { p: 4 })).toThrow(
      "normalize: expected p to be 1, 2, 3 or Infinity, got 4",
    );
    expect(() => normalize(x, { dim: 2 })).toThrow(RangeError);
    expect(() => normalize(x, { eps: -1 })).toThrow(RangeError);
    expect(normalize(zeros([0, 3], { runtime })).shape).toEqual([0, 3]);
  });
});
