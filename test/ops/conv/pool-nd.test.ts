import { describe, expect, test } from "vitest";
import { grad } from "../../../src/grad/grad.js";
import * as ops from "../../../src/ops/index.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, gradcheck, normal, randomTensor, useRuntime } from "../../helpers.js";
import { places } from "../../reference/conv-nd.js";

const runtime = await useRuntime();

interface Geometry {
  image: number[];
  kernel: number[];
  stride: number[];
  sides: number[][];
  dilation?: number[];
  ceilMode?: boolean;
}

const indexOf = (at: number[], shape: number[]) => at.reduce((i, v, d) => i * shape[d] + v, 0);
const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** The places in the image and the number of positions of every window, row by row. */
function windowsOf({ image, kernel, stride, sides, dilation, ceilMode }: Geometry) {
  const axes = image.map((n, d) => {
    const list: { inside: number[]; positions: number }[] = [];
    const [before, behind] = sides[d];
    const step = dilation?.[d] ?? 1;
    const reach = step * (kernel[d] - 1) + 1;
    for (let at = -before; ; at += stride[d]) {
      const fits = at + reach <= n + behind;
      const hangs = ceilMode && at < n && at + reach < n + behind + stride[d];
      if (!fits && !hangs) break;
      const all = Array.from({ length: kernel[d] }, (_, i) => at + i * step);
      list.push({
        inside: all.filter((i) => i >= 0 && i < n),
        positions: all.filter((i) => i < n + behind).length,
      });
    }
    return list;
  });
  const shape = axes.map((axis) => axis.length);
  return [...places(shape)].map((at) => {
    const own = at.map((v, d) => axes[d][v]);
    return {
      shape,
      list: [...places(own.map(({ inside }) => inside.length))].map((k) =>
        indexOf(
          k.map((v, d) => own[d].inside[v]),
          image,
        ),
      ),
      positions: own.reduce((product, { positions }) => product * positions, 1),
    };
  });
}

const even = (n: number, side: number) => Array.from({ length: n }, () => [side, side]);
const table: [why: string, g: Geometry][] = [
  ["a line", { image: [7], kernel: [2], stride: [2], sides: even(1, 0) }],
  [
    "a line that overlaps, ceilMode",
    { image: [8], kernel: [3], stride: [2], sides: even(1, 1), ceilMode: true },
  ],
  [
    "an image, padded more behind",
    {
      image: [5, 6],
      kernel: [2, 3],
      stride: [2, 1],
      sides: [
        [0, 1],
        [1, 0],
      ],
    },
  ],
  ["a solid", { image: [4, 5, 6], kernel: [2, 2, 2], stride: [2, 2, 2], sides: even(3, 0) }],
  [
    "a solid, all unequal",
    {
      image: [5, 4, 7],
      kernel: [3, 2, 2],
      stride: [2, 1, 3],
      sides: [
        [1, 1],
        [0, 1],
        [1, 0],
      ],
      ceilMode: true,
    },
  ],
];
const ofMax = [ops.maxPool1d, ops.maxPool2d, ops.maxPool3d] as unknown as ((
  x: Tensor,
  kernel: number[],
  options: object,
) => Tensor)[];
const ofMean = [ops.avgPool1d, ops.avgPool2d, ops.avgPool3d] as unknown as typeof ofMax;

describe("max pooling", () => {
  const dilated: typeof table = [
    ["a dilated line", { image: [9], kernel: [3], stride: [1], sides: even(1, 1), dilation: [2] }],
    [
      "a dilated solid",
      {
        image: [5, 5, 5],
        kernel: [2, 2, 2],
        stride: [1, 2, 1],
        sides: even(3, 1),
        dilation: [2, 1, 2],
      },
    ],
  ];
  test.each([...table, ...dilated])("%s", (_, g) => {
    const op = ofMax[g.image.length - 1];
    const windows = windowsOf(g);
    const { kernel, sides, image, ...rest } = g;
    const options = { ...rest, padding: sides };
    const pixels = size(image);
    const want = (x: ArrayLike<number>) =>
      Float64Array.from({ length: 4 * windows.length }, (_, i) => {
        const { list } = windows[i % windows.length];
        const plane = Math.floor(i / windows.length) * pixels;
        return Math.max(...list.map((at) => x[plane + at]));
      });
    const x = randomTensor(runtime, [2, 2, ...image], 1);
    const y = op(x, kernel, options);
    expect(y.shape).toEqual([2, 2, ...windows[0].shape]);
    expect([...y.toArray()]).toEqual([...want(x.toArray())]);
    gradcheck((x) => op(x, kernel, options), want, [x]);
    const pooled = op(x, kernel, { ...options, returnIndices: true }) as unknown as ops.MaxPool;
    const { output, indices } = pooled;
    expect(indices.shape).toEqual(output.shape);
    const values = x.toArray();
    indices.toArray().forEach((at, i) => {
      const plane = Math.floor(i / windows.length) * pixels;
      if (at >= 0) expect(values[plane + at]).toBe(output.toArray()[i]);
      expect(windows[i % windows.length].list).toContain(at);
    });
  });

  test("a window that meets nothing but padding is −∞, and leads to no element", () => {
    const x = tensor(Float32Array.of(2), [1, 1, 1, 1, 1], { runtime, requiresGrad: true });
    const [kernel, padding, dilation] = [
      [1, 1, 2] as const,
      [0, 0, 2] as const,
      [1, 1, 3] as const,
    ];
    const options = { padding, dilation, stride: 1, returnIndices: true } as const;
    const { output, indices } = ops.maxPool3d(x, kernel, options);
    expect([...output.toArray()]).toEqual([-Infinity, -Infinity]);
    expect([...indices.toArray()]).toEqual([-1, -1]);
    const deep = ops.maxPool3d(
      tensor(Float32Array.of(1, 2), [1, 1, 2, 1, 1], { runtime }),
      kernel,
      {
        ...options,
        stride: [1, 1, 1],
      },
    );
    expect([...deep.indices.toArray()]).toEqual([-1, -1, -1, -1]);
    const [slope] = grad(ops.sum(ops.exp(output)), x, { createGraph: true });
    expect(slope?.item()).toBe(0);
    expect(grad(slope as Tensor, x)[0]?.item()).toBe(0);
  });

  test("of equal numbers the first one counts, in three axes too", () => {
    const x = tensor(new Float32Array(8).fill(1), [1, 1, 2, 2, 2], { runtime, requiresGrad: true });
    const { output, indices } = ops.maxPool3d(x, 2, { returnIndices: true });
    expect([...indices.toArray()]).toEqual([0]);
    output.backward();
    expect([...(x.grad?.toArray() ?? [])]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => ops.maxPool2d(x, 2, { returnIndices: true, layout: "nhwc" })).toThrow(
      'maxPool2d: returnIndices goes with layout "nchw" alone',
    );
  });
});

describe("average pooling", () => {
  test.each(table)("%s", (_, g) => {
    const op = ofMean[g.image.length - 1];
    const windows = windowsOf(g);
    const { kernel, sides, image, ...rest } = g;
    const pixels = size(image);
    for (const more of [{}, { countIncludePad: false }, { divisorOverride: 3 }]) {
      const options = { ...rest, ...more, padding: sides };
      const want = (x: ArrayLike<number>) =>
        Float64Array.from({ length: 4 * windows.length }, (_, i) => {
          const { list, positions } = windows[i % windows.length];
          const plane = Math.floor(i / windows.length) * pixels;
          const by =
            "divisorOverride" in more ? 3 : "countIncludePad" in more ? list.length : positions;
          return list.reduce((sum, at) => sum + x[plane + at], 0) / by;
        });
      const x = randomTensor(runtime, [2, 2, ...image], 1);
      const y = op(x, kernel, options);
      expect(y.shape).toEqual([2, 2, ...windows[0].shape]);
      expectClose(y.toArray(), want(x.toArray()), 2e-7);
      gradcheck((x) => op(x, kernel, options), want, [x]);
    }
  });
});

test.each([...ofMax, ...ofMean])("%o: same, channels last, one image", (op) => {
  const name = op.name || "";
  const dims = Number(/\dd?$/.exec(name)?.[0][0] ?? 2);
  const image = [5, 4, 6].slice(0, dims);
  const x = randomTensor(runtime, [2, 3, ...image], 1);
  const options = { stride: 2, padding: "same" };
  const y = op(x, 3 as never, options);
  expect(y.shape.slice(2)).toEqual(image.map((n) => Math.ceil(n / 2)));
  const space = image.map((_, d) => d);
  const last = op(ops.permute(x, [0, ...space.map((d) => d + 2), 1]), 3 as never, {
    ...options,
    layout: "nhwc",
  });
  expect(ops.permute(last, [0, dims + 1, ...space.map((d) => d + 1)]).toArray()).toEqual(
    y.toArray(),
  );
  const one = op(ops.slice(x, 0, 1, 2).reshape([3, ...image]), 3 as never, options);
  expect([...one.toArray()]).toEqual([...y.toArray().subarray(one.size)]);
  expect(op(zeros([0, 3, ...image], { runtime }), 3 as never, options).size).toBe(0);
});

test("the mean of a same window counts what is there, as in TensorFlow", () => {
  const x = tensor([1, 2, 3], [1, 3], { runtime });
  expect([...ops.avgPool1d(x, 2, { stride: 1, padding: "same" }).toArray()]).toEqual([1.5, 2.5, 3]);
  const counted = ops.avgPool1d(x, 2, { stride: 1, padding: "same", countIncludePad: true });
  expect([...counted.toArray()]).toEqual([1.5, 2.5, 1.5]);
});

test("adaptiveAvgPool1d", () => {
  const x = tensor(normal(14, 1), [2, 7], { runtime });
  const want = (x: ArrayLike<number>) =>
    Float64Array.from({ length: 6 }, (_, i) => {
      const [row, k] = [Math.floor(i / 3), i % 3];
      const [from, to] = [Math.floor((k * 7) / 3), Math.ceil(((k + 1) * 7) / 3)];
      let sum = 0;
      for (let at = from; at < to; at++) sum += x[7 * row + at];
      return sum / (to - from);
    });
  expectClose(ops.adaptiveAvgPool1d(x, 3).toArray(), want(x.toArray()), 2e-7);
  gradcheck((x) => ops.adaptiveAvgPool1d(x, 3), want, [x]);
  expect(() => ops.adaptiveAvgPool1d(x, -1)).toThrow(
    "adaptiveAvgPool1d: expected outputSize a number",
  );
});

test("refusals are in the operation's own name", () => {
  const x = zeros([2, 3, 5], { runtime });
  expect(() => ops.maxPool3d(x, 2)).toThrow(
    "maxPool3d: expected input of shape [N, C, D, H, W] or",
  );
  expect(() => ops.avgPool1d(x, 7)).toThrow(
    "avgPool1d: expected windows no larger than the padded",
  );
  expect(() => ops.avgPool1d(x, 2, { padding: 2 })).toThrow(
    "avgPool1d: pad should be at most half",
  );
  expect(() => ops.maxPool1d(x, [2, 2] as never)).toThrow(
    "maxPool1d: expected kernelSize a number or [length]",
  );
});
