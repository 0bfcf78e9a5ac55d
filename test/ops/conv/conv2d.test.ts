import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Conv2dOptions, conv2d } from "../../../src/ops/conv/conv2d.js";
import { ones, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/conv2d.js";

/**
 * Blocks of 256 products summed in float32 stay within 1e-6 in norm. A result with a lost or extra product does not.
 */
const TOLERANCE = 1e-6;

const runtime = await useRuntime();

/** Compares the forward pass and all gradients with the oracle. Every buffer is filled with NaN before. */
function check(geometry: reference.ConvGeometry): void {
  const { input, weight: kernel, stride, padding, dilation, groups } = geometry;
  const x = randomTensor(runtime, input, 1, true);
  const weight = randomTensor(runtime, kernel, 2, true);
  const bias = randomTensor(runtime, [kernel[0]], 3, true);
  const y = conv2d(x, weight, { bias, stride, padding, dilation, groups });
  expect(y.shape).toEqual(reference.conv2dShape(geometry));
  const dy = normal(y.size, 4);
  y.backward(tensor(dy, y.shape, { runtime }));
  const want = reference.conv2dBackward(geometry, dy, x.data, weight.data);
  const output = reference.conv2d(geometry, x.data, weight.data, bias.data);
  expectClose(y.data, output, TOLERANCE, "y");
  expectClose(x.grad?.data ?? [], want.dx, TOLERANCE, "dx");
  expectClose(weight.grad?.data ?? [], want.dWeight, TOLERANCE, "dWeight");
  expectClose(bias.grad?.data ?? [], want.dBias, TOLERANCE, "dBias");
}

const table: [why: string, geometry: reference.ConvGeometry][] = [
  ["one product", { input: [1, 1, 1, 1], weight: [1, 1, 1, 1] }],
  ["1×1, read from the image itself", { input: [2, 3, 5, 7], weight: [4, 3, 1, 1] }],
  ["1×1 over two blocks of channels", { input: [2, 300, 5, 5], weight: [3, 300, 1, 1] }],
  ["1×1 stride 2: input pixels without any tap", strided([2, 3, 9, 9], [4, 3, 1, 1], 2)],
  ["stride above the kernel", strided([2, 3, 9, 9], [4, 3, 2, 2], 3)],
  ["3×3 same", padded([2, 3, 6, 6], [4, 3, 3, 3], 1)],
  ["no padding: read from the image, larger kernel", { input: [2, 3, 8, 6], weight: [4, 3, 5, 3] }],
  ["unpadded rows with a stride", { input: [1, 2, 9, 6], weight: [3, 2, 3, 3], stride: [2, 1] }],
  ["first layer: 3 channels", padded([1, 3, 32, 32], [8, 3, 3, 3], 1)],
  ["down-sampling, even", strided([2, 40, 8, 8], [17, 40, 3, 3], 2, 1)],
  ["down-sampling, odd", strided([2, 3, 7, 5], [4, 3, 3, 3], 2, 1)],
  ["stride 4", strided([2, 3, 33, 31], [4, 3, 5, 5], 4, 2)],
  ["stride beyond the image", strided([2, 2, 3, 3], [3, 2, 3, 3], 5, 1)],
  ["padding wider than the kernel", padded([2, 3, 6, 6], [4, 3, 3, 3], 5)],
  ["kernel as large as the padded image", padded([2, 2, 3, 3], [3, 2, 9, 9], 3)],
  ["kernel larger than a block of products", padded([3, 2, 20, 20], [3, 2, 17, 17], 8)],
  ["many small images in one tile", padded([70, 3, 4, 4], [8, 3, 3, 3], 1)],
  ["rows of three: no four pixels in a row", padded([5, 4, 3, 3], [5, 4, 3, 3], 1)],
  ["1×1 images", { input: [33, 16, 1, 1], weight: [5, 16, 1, 1] }],
  ["a wide image: one row a tile", padded([1, 1, 9, 300], [2, 1, 3, 3], 1)],
  ["17 channels to 19: fillers in rows and columns", padded([1, 17, 5, 5], [19, 17, 3, 3], 1)],
  ["few rows: columns of the filter summed last", padded([2, 32, 9, 10], [3, 32, 9, 9], 4)],
  [
    "columns summed last, everything unequal",
    {
      input: [2, 9, 11, 8],
      weight: [2, 9, 2, 3],
      stride: [2, 1],
      padding: [1, 2],
      dilation: [3, 2],
    },
  ],
  ["two groups", { ...padded([2, 6, 8, 8], [4, 3, 3, 3], 1), groups: 2 }],
  ["depthwise", { ...strided([2, 5, 9, 9], [5, 1, 3, 3], 2, 1), groups: 5 }],
  ["depthwise, two outputs a channel", { ...padded([1, 3, 5, 5], [6, 1, 3, 3], 1), groups: 3 }],
  [
    "everything unequal in height and width",
    {
      input: [3, 4, 9, 8],
      weight: [6, 2, 3, 2],
      stride: [2, 3],
      padding: [1, 2],
      dilation: [2, 3],
      groups: 2,
    },
  ],
  ["dilation and stride with a common factor", dilated([2, 2, 9, 9], [3, 2, 3, 3])],
  ["empty batch", { input: [0, 3, 4, 4], weight: [2, 3, 3, 3] }],
  ["no channels: the bias", { input: [2, 0, 6, 6], weight: [4, 0, 3, 3] }],
];

function padded(input: number[], weight: number[], p: number): reference.ConvGeometry {
  return { input, weight, padding: [p, p] };
}
function strided(input: number[], weight: number[], s: number, p = 0): reference.ConvGeometry {
  return { input, weight, stride: [s, s], padding: [p, p] };
}
function dilated(input: number[], weight: number[]): reference.ConvGeometry {
  return { input, weight, stride: [2, 2], dilation: [2, 2], padding: [1, 1] };
}

describe("conv2d", () => {
  test.each(table)("%s", (_, geometry) => check(geometry));

  test("any geometry", () => {
    const side = fc.integer({ min: 1, max: 12 });
    const small = fc.integer({ min: 1, max: 3 });
    const pair = (of: fc.Arbitrary<number>) => fc.tuple(of, of);
    const geometry = fc
      .record({
        n: small,
        groups: small,
        channels: fc.integer({ min: 1, max: 5 }),
        rows: fc.integer({ min: 1, max: 6 }),
        image: pair(side),
        kernel: pair(fc.integer({ min: 1, max: 4 })),
        stride: pair(fc.integer({ min: 1, max: 4 })),
        padding: pair(fc.integer({ min: 0, max: 4 })),
        dilation: pair(small),
      })
      .filter(({ image, kernel, padding, dilation }) =>
        [0, 1].every((d) => dilation[d] * (kernel[d] - 1) < image[d] + 2 * padding[d]),
      );
    fc.assert(
      fc.property(geometry, ({ n, channels, rows, image, kernel, ...rest }) =>
        check({
          input: [n, channels * rest.groups, ...image],
          weight: [rows * rest.groups, channels, ...kernel],
          ...rest,
        }),
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  test("gradients agree with differences of the forward pass", () => {
    const geometry = strided([2, 3, 5, 6], [4, 3, 3, 3], 2, 1);
    gradcheck(
      (x, weight, bias) => conv2d(x, weight, { bias, stride: 2, padding: 1 }),
      (x, weight, bias) => reference.conv2d(geometry, x, weight, bias),
      [
        randomTensor(runtime, geometry.input, 1),
        randomTensor(runtime, geometry.weight, 2),
        randomTensor(runtime, [4], 3),
      ],
    );
  });

  test.each(goldenCases("support", "conv2d"))("golden: $name ($id)", (golden) => {
    const { input, weight, bias, grad_output } = golden.tensors(runtime);
    const { stride, padding } = golden.attributes as { stride: number; padding: number };
    const y = conv2d(input, weight, { bias, stride, padding });
    y.backward(grad_output);
    golden.compare({
      output: y,
      grad_input: input.grad,
      grad_weight: weight.grad,
      grad_bias: bias?.grad,
    });
  });

  test("the same bits on any number of threads", async () => {
    await expectSameBits((runtime) =>
      [1, 2].flatMap((stride) => {
        const x = randomTensor(runtime, [9, 24, 16, 16], 1, true);
        const weight = randomTensor(runtime, [40, 24, 3, 3], 2, true);
        const bias = randomTensor(runtime, [40], 3, true);
        const y = conv2d(x, weight, { bias, stride, padding: 1 });
        y.backward(randomTensor(runtime, y.shape, 4));
        return [y, x.grad, weight.grad, bias.grad].map((t) => t?.toArray() ?? []);
      }),
    );
  });

  test("frees all it allocates for itself", () => {
    const x = randomTensor(runtime, [2, 3, 8, 8], 1, true);
    const weight = randomTensor(runtime, [4, 3, 3, 3], 2, true);
    const before = runtime.stats().bytes;
    const y = conv2d(x, weight, { stride: 2, padding: 1 });
    const dy = randomTensor(runtime, y.shape, 4);
    y.backward(dy);
    for (const t of [x.grad, weight.grad, y, dy]) t?.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  const x = () => zeros([2, 4, 5, 5], { runtime });
  const weight = () => zeros([6, 4, 3, 3], { runtime });
  const refused: [why: string, act: () => unknown, message: string][] = [
    [
      "channels that differ",
      () => conv2d(zeros([2, 3, 5, 5], { runtime }), weight()),
      "expected input with 4 channels",
    ],
    [
      "a plane",
      () => conv2d(zeros([5, 5], { runtime }), weight()),
      "expected input of shape [N, C, H, W] or [C, H, W], got [5, 5]",
    ],
    [
      "a flat weight",
      () => conv2d(x(), zeros([6, 4], { runtime }), {}),
      "expected weight of shape [out, in / groups, kh, kw], got [6, 4]",
    ],
    [
      "a kernel above the padded input",
      () => conv2d(zeros([2, 4, 2, 5], { runtime }), weight()),
      "kernel no larger than the padded input",
    ],
    [
      "a dilated kernel above it",
      () => conv2d(x(), weight(), { dilation: 3 }),
      "reaching over 7 of 5",
    ],
    ["groups that do not divide", () => conv2d(x(), weight(), { groups: 4 }), "divisible by 4"],
    ["no groups", () => conv2d(x(), weight(), { groups: 0 }), "groups to be a positive integer"],
    ["stride 0", () => conv2d(x(), weight(), { stride: 0 }), "stride a number or [height, width]"],
    [
      "negative padding",
      () => conv2d(x(), weight(), { padding: -1 }),
      "padding a number or [height, width] of integers ≥ 0",
    ],
    [
      "half a pixel",
      () => conv2d(x(), weight(), { dilation: 1.5 }),
      "dilation a number or [height, width] of integers ≥ 1",
    ],
    [
      "three strides",
      () => conv2d(x(), weight(), { stride: [1, 1, 1] } as unknown as Conv2dOptions),
      "stride a number or [height, width]",
    ],
    [
      "another bias",
      () => conv2d(x(), weight(), { bias: zeros([4], { runtime }) }),
      "expected bias of shape [6], got [4]",
    ],
    [
      "an empty kernel",
      () => conv2d(x(), zeros([6, 4, 0, 3], { runtime })),
      "kernel of at least 1×1",
    ],
  ];
  test.each(refused)("refuses %s", (_, act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
});

// The border and the inside of the image are computed by separate plans.
describe.each([1.1e15, 1e20, Number.POSITIVE_INFINITY, Number.NaN])("a weight of %d", (wild) => {
  test.each<[string, reference.ConvGeometry, at: number]>([
    ["padded rows", { input: [1, 8, 8, 10], weight: [8, 8, 3, 3], padding: [1, 0] }, 0],
    [
      "padded rows, in the middle",
      { input: [1, 8, 8, 10], weight: [8, 8, 3, 3], padding: [1, 0] },
      4,
    ],
    ["padded columns", { input: [1, 8, 8, 8], weight: [8, 8, 3, 3], padding: [1, 2] }, 4],
    ["a column of taps", { input: [1, 1, 3, 8], weight: [4, 1, 3, 1], padding: [1, 0] }, 0],
    [
      "rows that see padding alone",
      { input: [1, 4, 7, 11], weight: [4, 4, 1, 4], stride: [4, 1], padding: [1, 0] },
      3,
    ],
    [
      "more padding than kernel",
      { input: [1, 8, 3, 14], weight: [8, 8, 3, 3], padding: [1, 4] },
      0,
    ],
    [
      "several images and groups",
      { input: [3, 8, 5, 8], weight: [8, 4, 3, 3], padding: [1, 1], groups: 2 },
      7,
    ],
  ])("%s", (_, geometry, at) => {
    const { input, weight: kernel, ...options } = geometry;
    const x = ones(input, { runtime, requiresGrad: true });
    const weight = ones(kernel, { runtime });
    weight.elements[at] = wild;
    const y = conv2d(x, weight, options);
    const dy = ones(y.shape, { runtime });
    y.backward(dy);
    const bias = new Float32Array(kernel[0]);
    const want = reference.conv2dBackward(geometry, dy.elements, x.elements, weight.elements);
    for (const [got, values] of [
      [y.elements, reference.conv2d(geometry, x.elements, weight.elements, bias)],
      [x.grad?.elements ?? [], want.dx],
    ] as const)
      expect([...got]).toEqual(
        Array.from(values, (v, i) => (Math.abs(got[i] - v) <= 1e-6 * Math.abs(v) ? got[i] : v)),
      );
  });
});
