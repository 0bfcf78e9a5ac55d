import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { localResponseNorm } from "../../src/ops/local-response-norm.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { tensor, zeros } from "../../src/tensor.js";
import { expectClose, guardMemory, randomTensor } from "../helpers.js";
import * as reference from "../reference/local-response-norm.js";
import { describeMethod } from "./method-cases.js";

let runtime: Runtime;
let checkGuards: () => void;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  checkGuards = guardMemory(runtime);
});
afterEach(() => checkGuards());
afterAll(() => runtime.close());

const settings: [size: number, beta: number, even: "before" | "after", why: string][] = [
  [3, 0.75, "before", "two square roots"],
  [4, 0.5, "before", "an even window, one square root"],
  [4, 1, "after", "an even window on the other side, no root"],
  [5, 0.6, "before", "any power"],
  [9, 2.5, "before", "a window wider than the channels"],
];
describe.each(settings)("size %i, beta %d, %s: %s", (size, beta, even) => {
  const [alpha, k] = [0.7, 1.5];
  const [less, more] = [Math.floor((size - 1) / 2), Math.floor(size / 2)];
  const [before, after] = even === "before" ? [more, less] : [less, more];
  describeMethod("localResponseNorm", {
    runtime: () => runtime,
    op: (x) => localResponseNorm(x, size, { alpha, beta, k, even }),
    oracle: ([n, c, ...space], x) => {
      const sizes = [n, c, space.reduce((a, b) => a * b, 1)];
      return reference.localResponseNorm(x, sizes, { before, after, a: alpha / size, beta, k });
    },
    cases: [
      [[[2, 6, 2, 4]], "whole vectors"],
      [[[2, 5, 7]], "a tail"],
      [[[1, 3, 1, 1]], "one position"],
    ],
    large: [[8, 24, 30, 30]],
  });
});

test("squares beyond the range of float32", () => {
  const values = Float32Array.from(
    { length: 90 },
    (_, i) => (i % 3 ? 1e20 : -3e38) / (1 + (i % 7)),
  );
  const x = tensor(values, [2, 5, 9], { runtime, requiresGrad: true });
  const y = localResponseNorm(x, 5);
  const window = { before: 2, after: 2, a: 1e-4 / 5, beta: 0.75, k: 1 };
  expectClose(y.data, reference.localResponseNorm(values, [2, 5, 9], window), 1e-6);
  y.backward(randomTensor(runtime, [2, 5, 9], 1));
  expect(x.grad?.data.every(Number.isFinite)).toBe(true);
});

test("refusals", () => {
  const x = zeros([2, 3, 4], { runtime });
  expect(() => localResponseNorm(zeros([2, 3], { runtime }), 3)).toThrow(
    "Expected 3D or higher dimensionality input",
  );
  expect(() => localResponseNorm(x, 0)).toThrow("expected size an integer ≥ 1, got 0");
  expect(() => localResponseNorm(x, 3, { alpha: -1 })).toThrow(RangeError);
  expect(localResponseNorm(zeros([0, 3, 4], { runtime }), 3).shape).toEqual([0, 3, 4]);
});
