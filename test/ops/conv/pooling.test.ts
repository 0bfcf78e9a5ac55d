import { describe, expect, test } from "vitest";
import * as nn from "../../../src/nn/index.js";
import { avgPool2d } from "../../../src/ops/conv/avg-pool2d.js";
import { maxPool2d } from "../../../src/ops/conv/max-pool2d.js";
import { type Shape, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/pooling.js";

const runtime = await useRuntime();

type Pair = [number, number];
const two = (n: number): Pair => [n, n];
const geometry = (
  image: Pair,
  kernel: Pair,
  stride: Pair,
  padding: Pair = [0, 0],
  rest: { dilation?: Pair; ceilMode?: boolean } = {},
) => ({ planes: 6, image, kernel, stride, padding, ...rest });

const cases: [why: string, g: ReturnType<typeof geometry>][] = [
  ["one pixel", geometry([1, 1], two(1), two(1))],
  ["halves", geometry([8, 6], two(2), two(2))],
  ["a row is left over", geometry([7, 5], two(2), two(2))],
  ["a row is left over, ceilMode", geometry([7, 5], two(2), two(2), [0, 0], { ceilMode: true })],
  ["windows that overlap, padded", geometry([7, 6], two(3), two(2), two(1))],
  ["padded, ceilMode", geometry([6, 7], two(3), two(2), two(1), { ceilMode: true })],
  [
    "the last window would start in padding",
    geometry([3, 3], two(2), two(2), two(1), { ceilMode: true }),
  ],
  ["stride above the window", geometry([9, 9], two(2), two(3))],
  ["unequal", geometry([9, 8], [3, 2], [1, 3], [1, 0])],
];
/** Strides whose products exceed 32 bits. The op must not step through the padding position by position. */
const far: typeof cases = [
  ["stride far beyond the image", geometry([5, 4], two(3), two(2 ** 30), two(1))],
  ["the largest stride", geometry([5, 4], two(3), two(2 ** 31 - 1), two(1))],
];
const dilated: typeof cases = [
  ["dilation", geometry([9, 8], [3, 2], [2, 1], [2, 1], { dilation: [2, 3] })],
  [
    "dilation, ceilMode",
    geometry([8, 8], two(2), two(3), two(1), { dilation: two(2), ceilMode: true }),
  ],
];

/** Distinct values from N(0, 1), so that the small steps of gradcheck never change which value is largest. */
const input = (g: reference.PoolGeometry) => randomTensor(runtime, [2, 3, ...g.image], 1);

describe("maxPool2d", () => {
  test.each([...cases, ...far, ...dilated])("%s", (_, g) => {
    const { kernel, planes: _planes, image: _image, ...options } = g;
    const x = input(g);
    const y = maxPool2d(x, kernel, options);
    expect(y.shape).toEqual([2, 3, ...reference.poolShape(g)]);
    expect([...y.data]).toEqual([...reference.maxPool2d(g, x.data)]);
    gradcheck(
      (x) => maxPool2d(x, kernel, options),
      (x) => reference.maxPool2d(g, x),
      [x],
    );
  });

  test("NaN wins, padding and −∞ do not, the first of equals takes the gradient", () => {
    const list = [1, NaN, 3, 3, -Infinity, -Infinity, 0, 0];
    const x = tensor(list, [1, 1, 2, 4], { runtime, requiresGrad: true });
    const y = maxPool2d(x, [1, 2]);
    expect([...y.data]).toEqual([NaN, 3, -Infinity, 0]);
    y.backward(tensor([1, 2, 3, 4], y.shape, { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([0, 1, 2, 0, 3, 0, 4, 0]);
    const low = tensor([-5, -6], [1, 1, 2], { runtime });
    expect([...maxPool2d(low, 2, { padding: 1, stride: 1 }).toArray()]).toEqual([
      -5, -5, -6, -5, -5, -6,
    ]);
  });

  test("a window of padding alone", () => {
    const x = tensor([1], [1, 1, 1], { runtime, requiresGrad: true });
    const y = maxPool2d(x, 2, { padding: 1, dilation: 2 });
    expect([...y.data]).toEqual([-Infinity]);
    y.backward(tensor([1], y.shape, { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([0]);
  });
});

describe("avgPool2d", () => {
  test.each(cases)("%s", (_, g) => {
    const { kernel, planes: _planes, image: _image, ...options } = g;
    for (const [divisor, own] of [
      ["positions", {}],
      ["elements", { countIncludePad: false }],
      [3, { divisorOverride: 3, countIncludePad: false }],
    ] as const) {
      const x = input(g);
      const y = avgPool2d(x, kernel, { ...options, ...own });
      expect(y.shape).toEqual([2, 3, ...reference.poolShape(g)]);
      expectClose(y.data, reference.avgPool2d(g, x.data, divisor), 1e-7); // one rounding
      gradcheck(
        (x) => avgPool2d(x, kernel, { ...options, ...own }),
        (x) => reference.avgPool2d(g, x, divisor),
        [x],
      );
    }
  });
});

const pools: [string, (x: Tensor, size: number, o?: object) => Tensor][] = [
  ["maxPool2d", maxPool2d],
  ["avgPool2d", avgPool2d],
];
describe.each(pools)("%s", (name, pool) => {
  test("[C, H, W], an empty batch", () => {
    expect(pool(zeros([3, 6, 4], { runtime }), 2).shape).toEqual([3, 3, 2]);
    expect(pool(zeros([0, 3, 6, 4], { runtime }), 2).shape).toEqual([0, 3, 3, 2]);
  });

  test("refusals", () => {
    const call =
      (size: number, options = {}, shape: Shape = [1, 2, 6, 6]) =>
      () =>
        pool(zeros(shape, { runtime }), size, options);
    expect(call(2, {}, [6, 6])).toThrow(`${name}: expected input of shape [N, C, H, W]`);
    expect(call(2, {}, [1, 2, 0, 6])).toThrow(RangeError);
    expect(call(0)).toThrow(
      `${name}: expected kernelSize a number or [height, width] of integers ≥ 1, got 0`,
    );
    expect(call(2, { stride: 0 })).toThrow("expected stride");
    expect(call(2, { padding: 2 })).toThrow("pad should be at most half of effective kernel size");
    expect(call(7)).toThrow("expected windows no larger than the padded input, got 7 over 6");
    if (name === "avgPool2d") {
      expect(call(2, { divisorOverride: 0 })).toThrow("expected divisorOverride an integer ≥ 1");
      expect(call(2, { divisorOverride: -1 })).toThrow(RangeError);
    }
  });

  test("gives back all it took", () => {
    const x = randomTensor(runtime, [2, 3, 6, 6], 1, true);
    const before = runtime.stats().bytes;
    const y = pool(x, 2);
    const dy = randomTensor(runtime, y.shape, 2);
    y.backward(dy);
    for (const t of [x.grad, y, dy]) t?.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [16, 32, 13, 13], 1, true);
      const y = pool(x, 3, { stride: 2, padding: 1 });
      y.backward(randomTensor(runtime, y.shape, 2));
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });
});

test("layers", () => {
  const x = randomTensor(runtime, [2, 3, 7, 7], 1);
  const options = { stride: 2, padding: 1, ceilMode: true };
  expect(new nn.MaxPool2d(3, options).forward(x).toArray()).toEqual(
    maxPool2d(x, 3, options).toArray(),
  );
  const average = { ...options, countIncludePad: false };
  expect(new nn.AvgPool2d(3, average).forward(x).toArray()).toEqual(
    avgPool2d(x, 3, average).toArray(),
  );
});

test("windows of 2³⁰ pixels, nearly all of them padding", () => {
  const x = randomTensor(runtime, [1, 2, 5, 5], 1, true);
  const size = 2 ** 30 + 1;
  const wide = { stride: 2 ** 30, padding: 2 ** 29 };
  const largest = maxPool2d(x, size, wide);
  const planes = [0, 25].map((at) => x.data.slice(at, at + 25));
  expect([...largest.data]).toEqual(planes.map((plane) => Math.max(...plane)));
  const average = avgPool2d(x, size, { ...wide, countIncludePad: false });
  expectClose(
    average.data,
    planes.map((plane) => plane.reduce((a, b) => a + b) / 25),
    1e-6,
  );
  average.backward(tensor([25, 50], average.shape, { runtime }));
  expect([...(x.grad?.data ?? [])]).toEqual([...Array(25).fill(1), ...Array(25).fill(2)]);
  const tiny = avgPool2d(x, 2 ** 20, { stride: 2 ** 20, padding: 2 ** 19 });
  const wanted = planes.map((plane) => plane.reduce((a, b) => a + b) / 2 ** 40);
  expectClose(tiny.data, wanted, 1e-6);
  const spread = { stride: 2 ** 29, padding: 2 ** 29, dilation: 2 ** 29 };
  expect([...maxPool2d(x, 3, spread).toArray()]).toEqual(planes.map((plane) => plane[0]));
  expect(() => maxPool2d(x, 3, { padding: 1, dilation: 2 ** 30 })).toThrow(
    "maxPool2d: expected windows reaching over less than 2³¹ pixels, got 2147483649",
  );
});
