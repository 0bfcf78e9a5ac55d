import { describe, expect, test } from "vitest";
import { normalize } from "../../../src/ops/norm/normalize.js";
import { permute } from "../../../src/ops/shape/permute.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/normalize.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describe.each([0.5, 1, 1.5, 2, 3, 4, Infinity])("p = %d", (p) => {
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

describe("several dims are one", () => {
  const shape = [2, 3, 4, 5];
  const cases: [number[], number[]][] = [
    [
      [1, 2],
      [0, 1, 2, 3],
    ],
    [
      [-1, 2],
      [0, 1, 2, 3],
    ],
    [
      [3, 1],
      [0, 2, 1, 3],
    ],
    [
      [0, 2],
      [1, 3, 0, 2],
    ],
    [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
    [[], [0, 1, 2, 3]],
  ];
  test.each(cases.flatMap((c) => [0.7, 1, 2, 3, 5, Infinity].map((p) => [...c, p] as const)))(
    "%j, beside one another as %j, p = %d",
    (dim, order, p) => {
      const x = randomTensor(runtime, shape, 1, true);
      const z = x.detach();
      z.requiresGrad = true;
      const y = normalize(x, { p, dim });
      // The expected result: the axes are moved next to each other and merged into one.
      const axes = dim.length > 0 ? dim.map((d) => (d + 4) % 4).sort() : [0, 1, 2, 3];
      const turned = permute(z, order);
      const at = order.findIndex((d) => axes.includes(d));
      const lengths = turned.shape;
      const n = axes.reduce((product, d) => product * shape[d], 1);
      const merged = [...lengths.slice(0, at), n, ...lengths.slice(at + axes.length)];
      const flat = normalize(turned.reshape(merged), { p, dim: at });
      const back = order.map((_, i) => order.indexOf(i));
      const want = permute(flat.reshape(lengths), back);
      expectClose(y.data, want.data, 1e-6);
      const dy = randomTensor(runtime, shape, 2);
      y.backward(dy);
      want.backward(dy);
      expectClose(x.grad?.data ?? [], z.grad?.data ?? [], 1e-6);
    },
  );
});

describe("normalize", () => {
  test("any p: zeros and huge values have an answer, NaN and infinity stay in their vector", () => {
    const rows = [
      [0, 0, 0],
      [3e38, -3e38, 0],
      [1e-38, 1e-38, 0],
      [1, Number.NaN, 2],
      [1, Infinity, 2],
      [3, 4, 0],
    ];
    for (const p of [0.5, 4]) {
      const x = tensor(rows.flat(), [6, 3], { runtime, requiresGrad: true });
      const y = normalize(x, { p, eps: 1e-40 });
      const half = 2 ** (-1 / p);
      const both = (3 ** p + 4 ** p) ** (1 / p);
      const want = [0, 0, 0, half, -half, 0, half, half, 0];
      expectClose(y.data.slice(0, 9), want, 1e-6);
      expect([...y.data.slice(9, 12)]).toEqual([NaN, NaN, NaN]);
      expect([...y.data.slice(12, 15)]).toEqual([0, NaN, 0]);
      expectClose(y.data.slice(15), [3 / both, 4 / both, 0], 1e-6);
      y.backward(randomTensor(runtime, [6, 3], 1));
      expect(x.grad?.data.slice(15).every(Number.isFinite)).toBe(true);
    }
  });

  test("of several largest elements each gets its share of the gradient", () => {
    const x = tensor([2, -2, 1], [1, 3], { runtime, requiresGrad: true });
    normalize(x, { p: Infinity }).backward(tensor([3, 1, 5], [1, 3], { runtime }));
    // dy·x̂ = 3 − 1 + 2.5 = 4.5. Each of the two largest elements gets half of it.
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
    for (const p of [0, -1, Number.NaN])
      expect(() => normalize(x, { p })).toThrow(`normalize: expected p > 0, got ${p}`);
    expect(() => normalize(x, { p: "2" as unknown as number })).toThrow(TypeError);
    expect(() => normalize(x, { dim: [0, -2] })).toThrow("normalize: expected each dim once");
    expect(() => normalize(x, { dim: 2 })).toThrow(RangeError);
    expect(() => normalize(x, { eps: -1 })).toThrow(RangeError);
    expect(normalize(zeros([0, 3], { runtime })).shape).toEqual([0, 3]);
  });
});
