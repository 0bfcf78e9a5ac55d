import { describe, expect, test } from "vitest";
import { type PadMode, pad } from "../../../src/ops/conv/pad.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();
const row = (mode: PadMode, sides: number[], value?: number) => {
  const x = tensor([1, 2, 3], [3], { runtime });
  return [...pad(x, sides, value === undefined ? { mode } : { mode, value }).toArray()];
};

describe("pad", () => {
  test("the modes of PyTorch", () => {
    expect(row("constant", [2, 1])).toEqual([0, 0, 1, 2, 3, 0]);
    expect(row("constant", [1, 0], 7)).toEqual([7, 1, 2, 3]);
    expect(row("constant", [1, 0], -Infinity)).toEqual([-Infinity, 1, 2, 3]);
    expect(row("constant", [-1, 1])).toEqual([2, 3, 0]);
    expect(row("reflect", [2, 2])).toEqual([3, 2, 1, 2, 3, 2, 1]);
    expect(row("replicate", [2, 1])).toEqual([1, 1, 1, 2, 3, 3]);
    expect(row("circular", [2, 3])).toEqual([2, 3, 1, 2, 3, 1, 2, 3]);
  });

  test("the last axis comes first, and zeros keep the rest", () => {
    const x = tensor([1, 2, 3, 4], [2, 2], { runtime });
    const y = pad(x, [1, 0, 0, 1]);
    expect(y.shape).toEqual([3, 3]);
    expect([...y.toArray()]).toEqual([0, 1, 2, 0, 3, 4, 0, 0, 0]);
    expect(pad(x, []).toArray()).toEqual(x.toArray());
    expect(pad(zeros([0, 2], { runtime }), [1, 1]).shape).toEqual([0, 4]);
    const long = pad(zeros([0, 2], { runtime, requiresGrad: true }), [2 ** 31 - 1, 2 ** 31 - 1]);
    expect(long.shape).toEqual([0, 2 ** 32]);
    long.backward(zeros([0, 2 ** 32], { runtime }));
    expect([...pad(zeros([1, 0], { runtime }), [1, 1], { value: 2 }).toArray()]).toEqual([2, 2]);
  });

  test.each(["constant", "reflect", "replicate", "circular"] as const)(
    "gradients of %s",
    (mode) => {
      const place = (i: number, n: number) =>
        ({
          constant: i < 0 || i >= n ? -1 : i,
          reflect: i < 0 ? -i : i >= n ? 2 * n - 2 - i : i,
          replicate: Math.min(Math.max(i, 0), n - 1),
          circular: (i + n) % n,
        })[mode];
      const oracle = (x: Float64Array) =>
        Float64Array.from({ length: 2 * 6 * 7 }, (_, i) => {
          const [p, r, c] = [
            Math.floor(i / 42),
            place((Math.floor(i / 7) % 6) - 1, 3),
            place((i % 7) - 2, 4),
          ];
          return r < 0 || c < 0 ? 0 : x[12 * p + 4 * r + c];
        });
      gradcheck((x) => pad(x, [2, 1, 1, 2], { mode }), oracle, [
        randomTensor(runtime, [2, 3, 4], 1),
      ]);
    },
  );

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    const { tensors } = runtime.stats();
    expect(() => pad(x, [1])).toThrow("pad: expected two sides for each axis to pad, got [1]");
    expect(() => pad(x, [0, 0, 0, 0, 1, 1])).toThrow("for [2, 3]");
    expect(() => pad(x, [0.5, 0])).toThrow(TypeError);
    expect(() => pad(x, [-2, -2])).toThrow("leave a length ≥ 0");
    expect(() => pad(x, [3, 0], { mode: "reflect" })).toThrow(
      'sides below the length with mode "reflect"',
    );
    expect(() => pad(x, [4, 0], { mode: "circular" })).toThrow("sides up to the length");
    expect(() => pad(x, [-1, 0], { mode: "replicate" })).toThrow("sides ≥ 0");
    expect(() => pad(x, [1, 0], { mode: "reflect", value: 1 })).toThrow("no value with mode");
    expect(() => pad(x, [2 ** 31, 0])).toThrow("pad: ");
    expect(runtime.stats().tensors).toBe(tensors);
  });
});
