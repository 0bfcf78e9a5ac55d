import { afterEach, describe, expect, test } from "vitest";
import { convTranspose2d } from "../../../src/ops/conv/conv-transpose2d.js";
import { conv2d } from "../../../src/ops/conv/conv2d.js";
import { tensor } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  normal,
  randomTensor,
  recordKernels,
  useRuntime,
} from "../../helpers.js";
import * as transposedReference from "../../reference/conv-transpose2d.js";
import * as reference from "../../reference/conv2d.js";

const runtime = await useRuntime();
const kernels = recordKernels(runtime);
afterEach(() => {
  kernels.length = 0;
});

/** As for plain sums, which stay below 2.5e-7 in norm. The transforms lose two bits: 5e-7 to 9.5e-7 was measured. */
const TOLERANCE = 1e-6;

type Row = [why: string, input: number[], rows: number, padding: [number, number]];
const table: Row[] = [
  ["whole tiles", [2, 16, 8, 8], 16, [1, 1]],
  ["tiles that end outside of the output", [1, 17, 13, 18], 19, [1, 1]],
  ["no padding", [2, 8, 14, 11], 8, [0, 0]],
  ["padding 2", [2, 8, 9, 10], 9, [2, 2]],
  ["another padding each way", [1, 9, 12, 15], 10, [0, 2]],
  ["images of one tile", [9, 16, 4, 4], 12, [1, 1]],
  ["images narrower than the tiles with their padding", [12, 8, 4, 4], 8, [2, 2]],
  ["an item ends within a row of tiles", [1, 8, 8, 300], 8, [1, 1]],
  ["items of several images, the last one short", [11, 8, 12, 12], 33, [1, 1]],
  ["more channels than registers sum at a time", [3, 300, 8, 8], 40, [1, 1]],
  ["rows cut into parts", [3, 8, 8, 8], 300, [1, 1]],
  ["one row of output", [2, 8, 16, 16], 1, [1, 1]],
];
const strided: Row[] = [
  ["whole tiles", [2, 16, 16, 16], 16, [1, 1]],
  ["odd sides, tiles that end outside", [1, 17, 29, 33], 19, [1, 1]],
  ["a column that no tap reads", [1, 16, 32, 36], 16, [0, 0]],
  ["no padding", [2, 16, 31, 25], 16, [0, 0]],
  ["padding 2", [2, 16, 30, 26], 17, [2, 2]],
  ["another padding each way", [1, 17, 28, 31], 18, [0, 2]],
  ["images of one tile", [9, 16, 8, 8], 20, [1, 1]],
  ["images of one tile, every side odd", [9, 16, 7, 7], 20, [1, 1]],
  ["an item ends within a row of tiles", [1, 16, 16, 600], 16, [1, 1]],
  ["items of several images, the last one short", [11, 16, 24, 24], 33, [1, 1]],
  ["more channels than registers sum at a time", [3, 300, 16, 16], 40, [1, 1]],
  ["rows cut into parts", [3, 16, 16, 16], 300, [1, 1]],
  ["one row of output", [2, 16, 32, 32], 1, [1, 1]],
];

describe("conv2d by Winograd", () => {
  describe.each([
    [1, table],
    [2, strided],
  ] as const)("stride %i", (stride, table) => {
    test.each(table as Row[])("%s", (_, input, rows, padding) => {
      const geometry = {
        input,
        weight: [rows, input[1], 3, 3],
        padding,
        stride: [stride, stride] as const,
      };
      const x = randomTensor(runtime, input, 1, true);
      const weight = randomTensor(runtime, geometry.weight, 2, true);
      const bias = randomTensor(runtime, [rows], 3, true);
      const y = conv2d(x, weight, { bias, padding, stride });
      const dy = normal(y.size, 4);
      y.backward(tensor(dy, y.shape, { runtime }));
      expect(kernels.filter((name) => name === "winograd").length).toBe(rows < 8 ? 1 : 2);
      expect(kernels.includes("winogradProducts")).toBe(rows >= 8);
      const output = reference.conv2d(geometry, x.data, weight.data, bias.data);
      const want = reference.conv2dBackward(geometry, dy, x.data, weight.data);
      expectClose(y.data, output, TOLERANCE, "y");
      expectClose(x.grad?.data ?? [], want.dx, TOLERANCE, "dx");
      expectClose(weight.grad?.data ?? [], want.dWeight, TOLERANCE, "dWeight");
    });
  });

  const transposed: [why: string, input: number[], padding: number, outputPadding: number][] = [
    ["padding 1, whole tiles", [2, 16, 8, 8], 1, 1],
    ["padding 1, tiles that end outside", [2, 17, 11, 13], 1, 0],
    ["no padding, a last column of bias alone", [2, 16, 15, 11], 0, 1],
    ["padding 2", [2, 16, 12, 9], 2, 1],
  ];
  test.each(transposed)("transposed, stride 2, with a bias: %s", (_, input, padding, extra) => {
    const geometry = {
      input,
      weight: [input[1], 20, 3, 3],
      stride: [2, 2] as const,
      padding: [padding, padding] as const,
      outputPadding: [extra, extra] as const,
    };
    const x = randomTensor(runtime, input, 1);
    const weight = randomTensor(runtime, geometry.weight, 2);
    const bias = randomTensor(runtime, [20], 3);
    const y = convTranspose2d(x, weight, { bias, stride: 2, padding, outputPadding: extra });
    expect(kernels).toContain("winograd");
    const want = transposedReference.convTranspose2d(geometry, x.data, weight.data, bias.data);
    expectClose(y.data, want, TOLERANCE);
  });

  test("without a bias", () => {
    const geometry = { input: [2, 8, 8, 8], weight: [8, 8, 3, 3], padding: [1, 1] as const };
    const x = randomTensor(runtime, geometry.input, 1);
    const weight = randomTensor(runtime, geometry.weight, 2);
    const y = conv2d(x, weight, { padding: 1 });
    expect(kernels).toContain("winograd");
    expectClose(y.data, reference.conv2d(geometry, x.data, weight.data), TOLERANCE);
  });

  test.each<[why: string, input: number[], weight: number[], options: object]>([
    ["few channels", [2, 7, 16, 16], [7, 7, 3, 3], { padding: 1 }],
    ["few pixels", [1, 64, 6, 6], [64, 64, 3, 3], { padding: 1 }],
    ["a single line", [8, 8, 1, 64], [8, 8, 3, 3], { padding: 1 }],
    ["narrow images", [8, 8, 64, 3], [8, 8, 3, 3], { padding: 1 }],
    ["a stride of 3", [2, 8, 16, 16], [8, 8, 3, 3], { padding: 1, stride: 3 }],
    ["a stride one way", [2, 8, 16, 16], [8, 8, 3, 3], { padding: 1, stride: [1, 2] }],
    ["a stride that leaves few pixels", [8, 8, 4, 4], [8, 8, 3, 3], { padding: 1, stride: 2 }],
    ["a dilation", [2, 8, 16, 16], [8, 8, 3, 3], { padding: 1, dilation: [1, 2] }],
    ["groups", [2, 16, 16, 16], [16, 8, 3, 3], { padding: 1, groups: 2 }],
    ["more padding", [2, 8, 16, 16], [8, 8, 3, 3], { padding: 3 }],
    ["another kernel", [2, 8, 16, 16], [8, 8, 3, 1], { padding: 1 }],
  ])("%s: not this way", (_, input, kernel, options) => {
    const x = randomTensor(runtime, input, 1, true);
    const y = conv2d(x, randomTensor(runtime, kernel, 2), options);
    y.backward(randomTensor(runtime, y.shape, 3));
    expect(kernels).not.toContain("winograd");
  });

  test.each([8, 64, 128, 512])("no less exact with more channels: %i", (channels) => {
    const geometry = {
      input: [2, channels, 8, 8],
      weight: [4, channels, 3, 3],
      padding: [1, 1] as const,
    };
    const x = randomTensor(runtime, geometry.input, 1);
    const weight = randomTensor(runtime, geometry.weight, 2);
    const y = conv2d(x, weight, { padding: 1 });
    expect(kernels).toContain("winograd");
    expectClose(y.data, reference.conv2d(geometry, x.data, weight.data), TOLERANCE);
  });

  test("the same bits on any number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [5, 24, 30, 30], 1, true);
      const weight = randomTensor(runtime, [140, 24, 3, 3], 2, true);
      const y = conv2d(x, weight, { padding: 1 });
      y.backward(randomTensor(runtime, y.shape, 4));
      return [y, x.grad, weight.grad].map((t) => t?.toArray() ?? []);
    });
  });
});
