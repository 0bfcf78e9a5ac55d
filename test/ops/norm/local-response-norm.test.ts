import { describe, expect, test } from "vitest";
import { localResponseNorm } from "../../../src/ops/norm/local-response-norm.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/local-response-norm.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

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

test.each([0.5, 0.75, 1, 2.5, 0])("powers beyond the range of float32: beta %d", (beta) => {
  for (const [scale, alpha, k] of [
    [1e4, 1, 1],
    [1e8, 0.5, 0],
    [1e12, 2, 1],
    [1e14, 2, 1],
    [1e-4, 1, 0],
    [1e-7, 0.5, 0],
    [1e-9, 2, 0],
  ]) {
    const x = tensor(
      normal(16, 3).map((v) => scale * (Math.sign(v) + v)),
      [1, 1, 16],
      { runtime, requiresGrad: true },
    );
    const y = localResponseNorm(x, 1, { alpha, beta, k });
    y.backward(tensor(new Float32Array(16).fill(1), y.shape, { runtime }));
    const d = (v: number) => k + alpha * v * v;
    const near = (got: ArrayLike<number> | undefined, f: (v: number) => number) =>
      x.data.forEach((v, i) => {
        const want = f(v);
        const off = Math.abs((got?.[i] ?? Number.NaN) - want);
        if (Math.abs(want) < 3e38)
          expect(off).toBeLessThanOrEqual(5e-6 * Math.abs(want) + 2 ** -126);
      });
    near(y.data, (v) => v * d(v) ** -beta);
    if (beta !== 0.5)
      // The terms of this gradient cancel for beta = 0.5.
      near(x.grad?.data, (v) => d(v) ** -beta * (1 - (2 * alpha * beta * v * v) / d(v)));
  }
});

test.each([0, 0.6, 0.75, 1, 3])("beside an infinity: beta %d", (beta) => {
  for (const length of [1, 16]) {
    const values = new Float32Array(2 * length).fill(2);
    values[0] = Number.POSITIVE_INFINITY;
    const y = localResponseNorm(tensor(values, [1, 2, length], { runtime }), 3, { beta });
    expect(y.data[length]).toBe(beta === 0 ? 2 : 0);
    expect(y.data[0]).toBe(beta === 0 ? Number.POSITIVE_INFINITY : Number.NaN);
  }
});

describe.each(["nchw", "nhwc"] as const)(
  "%s: what an element is not made of leaves its bits",
  (layout) => {
    const [channels, length, size] = [9, 20, 3];
    const at = (c: number, i: number) => (layout === "nchw" ? c * length + i : i * channels + c);
    const shape = layout === "nchw" ? [1, channels, 4, 5] : [1, 4, 5, channels];
    const n = channels * length;
    const run = (x: Float32Array, dy: Float32Array) => {
      const input = tensor(x, shape, { runtime, requiresGrad: true });
      const y = localResponseNorm(input, size, { alpha: 0.5, beta: 0.6, layout });
      y.backward(tensor(dy, shape, { runtime }));
      return { y: y.toArray(), dx: input.grad?.toArray() as Float32Array };
    };
    const [x, dy] = [normal(n, 1), normal(n, 2)];

    test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e17, -3e38])("an input of %d", (value) => {
      const before = run(x, dy);
      for (const i of [0, 6, 19]) {
        const changed = x.slice();
        changed[at(4, i)] = value;
        const after = run(changed, dy);
        for (let c = 0; c < channels; c++)
          for (let j = 0; j < length; j++) {
            if (j !== i || Math.abs(c - 4) > 1) expect(after.y[at(c, j)]).toBe(before.y[at(c, j)]);
            if (j !== i || Math.abs(c - 4) > 2)
              expect(after.dx[at(c, j)]).toBe(before.dx[at(c, j)]);
          }
        const finite = Number.isFinite(value);
        expect(Number.isFinite(after.y[at(4, i)])).toBe(finite);
      }
    });

    test("a gradient that is not finite", () => {
      const changed = dy.slice();
      const before = run(x, dy);
      changed[at(4, 6)] = Number.NaN;
      const after = run(x, changed);
      for (let c = 0; c < channels; c++)
        for (let j = 0; j < length; j++) {
          const own = j === 6 && Math.abs(c - 4) <= 1;
          expect(after.dx[at(c, j)]).toBe(own ? Number.NaN : before.dx[at(c, j)]);
        }
    });
  },
);

test("refusals", () => {
  const x = zeros([2, 3, 4], { runtime });
  expect(() => localResponseNorm(zeros([2, 3], { runtime }), 3)).toThrow(
    "Expected 3D or higher dimensionality input",
  );
  expect(() => localResponseNorm(x, 0)).toThrow("expected size an integer ≥ 1, got 0");
  expect(() => localResponseNorm(x, 3, { alpha: -1 })).toThrow(RangeError);
  expect(localResponseNorm(zeros([0, 3, 4], { runtime }), 3).shape).toEqual([0, 3, 4]);
});
