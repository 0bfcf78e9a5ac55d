import { describe, expect, test } from "vitest";
import { spectralNorm } from "../../../src/ops/norm/spectral-norm.js";
import { weightLengths, weightNorm } from "../../../src/ops/norm/weight-norm.js";
import {
  scaledWeightStandardization,
  weightStandardization,
} from "../../../src/ops/norm/weight-standardization.js";
import type { Runtime } from "../../../src/runtime/runtime.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/weights.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();
const common = { runtime: () => runtime };

describeMethod("weightNorm", {
  ...common,
  op: (v, g) => weightNorm(v, g),
  oracle: (shape, v, g) => reference.weightNorm(shape, 0, v, g),
  cases: [
    [
      [
        [4, 6],
        [4, 1],
      ],
      "Linear",
    ],
    [
      [
        [3, 2, 3, 3],
        [3, 1, 1, 1],
      ],
      "Conv2d, tails",
    ],
  ],
  large: [
    [96, 64, 3, 3],
    [96, 1, 1, 1],
  ],
});

describeMethod("weightNorm, transposed convolution", {
  ...common,
  op: (v, g) => weightNorm(v, g, 1),
  oracle: (shape, v, g) => reference.weightNorm(shape, 1, v, g),
  cases: [
    [
      [
        [3, 4, 2, 2],
        [1, 4, 1, 1],
      ],
      "runs of a slice lie apart",
    ],
  ],
  large: [
    [96, 64, 3, 3],
    [1, 64, 1, 1],
  ],
});

/** Unit vectors that are no result of a power iteration, so that their part of the gradient is not zero. */
const unit = (runtime: Runtime, n: number, seed: number) => {
  const values = normal(n, seed);
  return tensor(
    values.map((v) => v / Math.hypot(...values)),
    [n],
    { runtime },
  );
};
for (const dim of [0, 1]) {
  describeMethod(`spectralNorm with dim ${dim}`, {
    ...common,
    op: (w) => {
      const [rows, columns] = [w.shape[dim], w.size / w.shape[dim]];
      const [u, v] = [unit(w.runtime, rows, 1), unit(w.runtime, columns, 2)];
      return spectralNorm(w, u, v, { dim, iterations: 0 });
    },
    oracle: (shape, w) => {
      const [rows, columns] = [shape[dim], w.length / shape[dim]];
      const [u, v] = [unit(runtime, rows, 1), unit(runtime, columns, 2)];
      return reference.spectralNorm(shape, dim, w, u.data, v.data);
    },
    cases: [
      [[[4, 6]], "Linear"],
      [[[3, 5, 3, 3]], "convolution, tails"],
    ],
    large: [[40, 30, 3, 3]],
  });
}

describeMethod("weightStandardization", {
  ...common,
  op: (w) => weightStandardization(w),
  oracle: (shape, w) =>
    reference.standardize(shape, w, (v, n) => 1 / (Math.sqrt((v * n) / (n - 1)) + 1e-5)),
  cases: [
    [[[4, 3, 3, 3]], "Conv2d, tails"],
    [[[3, 8]], "Linear"],
  ],
  large: [[96, 64, 3, 3]],
  hard: [[5, 23]],
});

describeMethod("weightStandardization as timm", {
  ...common,
  op: (w) => weightStandardization(w, { eps: 1e-6, epsInside: true, correction: 0 }),
  oracle: (shape, w) => reference.standardize(shape, w, (v) => 1 / Math.sqrt(v + 1e-6)),
  cases: [[[[4, 3, 3, 3]], "Conv2d, tails"]],
  large: [[96, 64, 3, 3]],
  hard: [[5, 23]],
});

describeMethod("scaledWeightStandardization", {
  ...common,
  op: (w, gain) => scaledWeightStandardization(w, { gain, gamma: 1.7 }),
  oracle: (shape, w, gain) =>
    reference.standardize(shape, w, (v, n) => 1.7 / Math.sqrt(Math.max(v * n, 1e-4)), gain),
  cases: [[[[4, 3, 3, 3], [4]], "Conv2d, tails"]],
  large: [[96, 64, 3, 3], [96]],
  hard: [[5, 23], [5]],
});

describeMethod("scaledWeightStandardization as timm", {
  ...common,
  op: (w, gain) => scaledWeightStandardization(w, { gain, epsAdded: true }),
  oracle: (shape, w, gain) =>
    reference.standardize(shape, w, (v, n) => 1 / Math.sqrt((v + 1e-6) * n), gain),
  cases: [[[[4, 3, 3, 3], [4]], "Conv2d, tails"]],
  large: [[96, 64, 3, 3], [96]],
});

describe("weights", () => {
  test("the power iteration finds the largest singular value", () => {
    // A permuted diag(3, 2, 1), whose largest singular value is 3.
    const w = tensor([0, 2, 0, 3, 0, 0, 0, 0, 1], [3, 3], { runtime });
    const [u, v] = [unit(runtime, 3, 3), unit(runtime, 3, 4)];
    const divided = spectralNorm(w, u, v, { iterations: 60 });
    expect(w.data[3] / divided.data[3]).toBeCloseTo(3, 5);
  });

  test("either vector may move first; both ways are the definition's steps", () => {
    const w = randomTensor(runtime, [3, 4], 5);
    const rows = [0, 1, 2].map((i) => Array.from(w.data.subarray(4 * i, 4 * i + 4)));
    const along = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const scaled = (a: number[]) => a.map((x) => x / Math.hypot(...a));
    for (const uFirst of [false, true]) {
      const [u, v] = [unit(runtime, 3, 3), unit(runtime, 4, 4)];
      let [left, right] = [Array.from(u.data), Array.from(v.data)];
      const moves = [
        () => {
          right = scaled(right.map((_, j) => along(left, [rows[0][j], rows[1][j], rows[2][j]])));
        },
        () => {
          left = scaled(rows.map((row) => along(row, right)));
        },
      ];
      for (let i = 0; i < 2; i++) for (const move of uFirst ? moves.toReversed() : moves) move();
      spectralNorm(w, u, v, { iterations: 2, uFirst });
      expectClose(u.data, left, 1e-6);
      expectClose(v.data, right, 1e-6);
    }
  });

  test("a filter of one element, or of equal ones, becomes 0", () => {
    for (const shape of [
      [3, 1],
      [3, 4],
    ]) {
      const w = tensor(new Float32Array(3 * shape[1]).fill(7), shape, { runtime });
      w.requiresGrad = true;
      const options = [{}, { eps: 0 }, { eps: 0, epsInside: true }];
      const all: Tensor[] = options.map((o) => weightStandardization(w, o));
      all.push(scaledWeightStandardization(w), scaledWeightStandardization(w, { eps: 0 }));
      for (const y of all) {
        expect(y.data.every((value) => value === 0)).toBe(true);
        y.backward(randomTensor(runtime, shape, 1));
        expect(w.grad?.data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("refusals", () => {
    const w = zeros([3, 4], { runtime });
    expect(() => weightNorm(w, zeros([3], { runtime }))).toThrow(
      "weightNorm: expected g of shape [3, 1], got [3]",
    );
    expect(() => weightNorm(w, w, 2)).toThrow("weightNorm: expected dim from -2 to 1, got 2");
    expect(() => weightLengths(w, 5)).toThrow(RangeError);
    const [u, v] = [zeros([3], { runtime }), zeros([4], { runtime })];
    expect(() => spectralNorm(w, v, u)).toThrow("spectralNorm: expected u of shape [3], got [4]");
    expect(() => spectralNorm(w, u, v, { iterations: -1 })).toThrow("expected iterations");
    expect(() => spectralNorm(w, u, v, { iterations: 0.5 })).toThrow(
      "spectralNorm: expected iterations to be an integer ≥ 0, got 0.5",
    );
    expect(() => weightStandardization(u)).toThrow(
      "weightStandardization: expected weight of shape [out, in, ...], got [3]",
    );
    expect(() => weightStandardization(w, { correction: 2 as 1 })).toThrow(RangeError);
    expect(() => scaledWeightStandardization(w, { gain: v })).toThrow(
      "scaledWeightStandardization: expected gain of shape [3], got [4]",
    );
  });
});

test.each([1e-30, 1e-12, 1, 1e30])("spectralNorm of weights of %d", (size) => {
  const make = () => {
    const w = tensor(
      normal(12, 3).map((value) => value * size),
      [3, 4],
      { runtime, requiresGrad: true },
    );
    const [u, v] = [3, 4].map((n) => tensor(normal(n, n), [n], { runtime }));
    return { w, y: spectralNorm(w, u, v, { iterations: 30 }) };
  };
  const { w, y } = make();
  const [a, b, c] = [0, 1, 2].map((i) => y.toArray().slice(4 * i, 4 * i + 4));
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, x, i) => sum + x * q[i], 0);
  // 1, the square of the largest singular value, must be a root of det(YYᵀ − λ).
  const [aa, bb, cc] = [a, b, c].map((row) => dot(row, row) - 1);
  const [ab, ac, bc] = [dot(a, b), dot(a, c), dot(b, c)];
  const determinant =
    aa * (bb * cc - bc * bc) - ab * (ab * cc - bc * ac) + ac * (ab * bc - bb * ac);
  expect(Math.abs(determinant)).toBeLessThan(1e-5);
  y.backward(tensor(normal(12, 8), [3, 4], { runtime }));
  expect(w.grad?.toArray().every(Number.isFinite)).toBe(true);
});
