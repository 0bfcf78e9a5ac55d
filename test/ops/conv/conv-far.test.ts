// Strides, dilations and paddings far beyond the image: the size of scratch memory depends on image and output alone.
import { describe, expect, test } from "vitest";
import { convTranspose2d } from "../../../src/ops/conv/conv-transpose2d.js";
import { conv2d } from "../../../src/ops/conv/conv2d.js";
import { createRuntime } from "../../../src/runtime/create-runtime.js";
import { tensor } from "../../../src/tensor.js";
import { expectClose, expectSameBits, guardMemory, normal, randomTensor } from "../../helpers.js";
import * as transposed from "../../reference/conv-transpose2d.js";
import * as reference from "../../reference/conv2d.js";

type Pair = readonly [number, number];
const two = (n: number): Pair => [n, n];
const caseOf = (stride: Pair, padding: Pair, dilation: Pair, rest = {}) => ({
  ...{ input: [2, 4, 5, 5], weight: [6, 4, 3, 3], stride, padding, dilation },
  ...rest,
});
const K = 1000;
const M = 2 ** 20;

describe("conv2d", () => {
  test.each<[string, reference.ConvGeometry]>([
    ["stride 2³⁰", caseOf(two(2 ** 30), two(0), two(1))],
    ["stride 2³⁰ of the rows", caseOf([2 ** 30, 1], two(1), two(1))],
    ["stride 2³⁰ of the columns", caseOf([1, 2 ** 30], two(1), two(1))],
    ["stride 2³¹ − 1 and a padded image", caseOf(two(2 ** 31 - 1), two(2), two(1))],
    ["stride and padding", caseOf(two(K), two(K), two(1))],
    ["stride and padding of 2²⁰", caseOf(two(M), two(M), two(1))],
    ["dilation and padding", caseOf(two(1), two(K), two(K))],
    ["dilation and padding of 2²⁰", caseOf(two(1), two(M), two(M))],
    ["all three, several taps meet the image", caseOf(two(500), two(2 * K), two(K))],
    ["of the rows alone", caseOf([K, 1], [K, 1], [1, 1])],
    ["of the columns alone", caseOf([1, 1], [1, 40 * K], [1, 40 * K])],
    ["groups", caseOf(two(K), two(K), two(1), { weight: [6, 2, 3, 3], groups: 2 })],
    ["few rows", caseOf(two(1), two(M), two(M), { weight: [1, 4, 3, 3] })],
    [
      "padding alone: the output is as large",
      caseOf(two(1), two(300), two(1), { input: [1, 1, 2, 2], weight: [1, 1, 3, 3] }),
    ],
  ])("%s", async (_, geometry) => {
    const { input, weight: kernel, ...options } = geometry;
    const runtime = await createRuntime({ threads: 1, maximumMemory: 2 ** 24 });
    const checkGuards = guardMemory(runtime);
    const x = randomTensor(runtime, input, 1, true);
    const weight = randomTensor(runtime, kernel, 2, true);
    const bias = randomTensor(runtime, [kernel[0]], 3, true);
    const y = conv2d(x, weight, { bias, ...options });
    expect(y.shape).toEqual(reference.conv2dShape(geometry));
    const dy = normal(y.size, 4);
    y.backward(tensor(dy, y.shape, { runtime }));
    const want = reference.conv2dBackward(geometry, dy, x.data, weight.data);
    expectClose(y.data, reference.conv2d(geometry, x.data, weight.data, bias.data), 1e-6, "y");
    expectClose(x.grad?.data ?? [], want.dx, 1e-6, "dx");
    expectClose(weight.grad?.data ?? [], want.dWeight, 1e-6, "dWeight");
    expectClose(bias.grad?.data ?? [], want.dBias, 1e-6, "dBias");
    const cut = conv2d(x, weight, { bias, ...options, activation: "relu" });
    expect(cut.toArray()).toEqual(y.toArray().map((v) => Math.max(v, 0)));
    checkGuards();
    runtime.close();
  });
});

describe("convTranspose2d", () => {
  const from = (input: number[], stride: Pair, padding: Pair, dilation: Pair) => ({
    ...{ input, weight: [4, 3, 3, 3], stride, padding, dilation },
  });
  test.each<[string, transposed.ConvTransposeGeometry]>([
    ["stride and padding", from([2, 4, 2, 2], two(K), two(K / 2), two(1))],
    ["stride and padding of 2²⁰", from([2, 4, 2, 2], two(M), two(M / 2), two(1))],
    ["dilation and padding", from([2, 4, 1, 1], two(1), two(998), two(K))],
    ["dilation and padding of 2²⁰", from([2, 4, 3, 3], two(1), two(M - 2), two(M))],
    ["stride 2³⁰ that is not taken", from([2, 4, 1, 1], two(2 ** 30), two(0), two(1))],
  ])("%s", async (_, geometry) => {
    const { input, weight: kernel, ...options } = geometry;
    const runtime = await createRuntime({ threads: 1, maximumMemory: 2 ** 24 });
    const x = randomTensor(runtime, input, 1, true);
    const weight = randomTensor(runtime, kernel, 2, true);
    const bias = randomTensor(runtime, [3], 3, true);
    const y = convTranspose2d(x, weight, { bias, ...options });
    expect(y.shape).toEqual(transposed.convTranspose2dShape(geometry));
    const dy = normal(y.size, 4);
    y.backward(tensor(dy, y.shape, { runtime }));
    const want = transposed.convTranspose2dBackward(geometry, dy, x.data, weight.data);
    const output = transposed.convTranspose2d(geometry, x.data, weight.data, bias.data);
    expectClose(y.data, output, 1e-6, "y");
    expectClose(x.grad?.data ?? [], want.dx, 1e-6, "dx");
    expectClose(weight.grad?.data ?? [], want.dWeight, 1e-6, "dWeight");
    expectClose(bias.grad?.data ?? [], want.dBias, 1e-6, "dBias");
    runtime.close();
  });
});

test("a NaN stays among the pixels whose receptive field it is in, and passes a ReLU", async () => {
  await expectSameBits((runtime) => {
    const x = randomTensor(runtime, [1, 1, 5, 5], 1, true);
    x.data[0] = NaN;
    const weight = randomTensor(runtime, [1, 1, 3, 3], 2);
    const options = { padding: K, dilation: K, activation: "relu" as const };
    const y = conv2d(x, weight, options);
    y.backward(tensor(new Float32Array(25).fill(1), y.shape, { runtime }));
    expect(Array.from(y.data, Number.isNaN).indexOf(true)).toBe(0);
    expect(Array.from(y.data, Number.isNaN).lastIndexOf(true)).toBe(0);
    expect(x.grad?.data[0]).toBe(weight.data[4]);
    return [y.toArray(), x.grad?.toArray() ?? []];
  });
});
