// Results that fit into no memory: they are refused by name, whatever was freed before, and nothing else changes.
import { describe, expect, test } from "vitest";
import * as ops from "../../src/ops/index.js";
import { Generator, rand, randn, randperm } from "../../src/random.js";
import { full, ones, type Shape, type Tensor, zeros } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
zeros([8 * 2 ** 20], { runtime }).dispose(); // leaves a free block, as after any step

const zerosOf = (shape: Shape) => zeros(shape, { runtime });
/** The square of `half` is 2³⁰ elements. The square of `long` is 2³⁶ elements, 2³⁸ bytes. */
const [half, long] = [2 ** 15, 2 ** 18];

const cases: [name: string, size: number, op: (n: number) => unknown][] = [
  ["add", long, (n) => ops.add(zerosOf([n, 1]), zerosOf([n + 1]))],
  ["sub", half, (n) => ops.sub(zerosOf([n, 1]), zerosOf([n + 1]))],
  ["mul", half, (n) => ops.mul(zerosOf([n, 1, 1]), zerosOf([1, n, 2]))],
  ["div", long, (n) => ops.div(zerosOf([n]), zerosOf([n, 1]))],
  ["matmul", long, (n) => ops.matmul(zerosOf([n, 1]), zerosOf([1, n + 1]))],
  ["matmul", half, (n) => ops.matmul(zerosOf([n, 1, 1, 1]), zerosOf([1, n, 1, 2]))],
  ["linear", long, (n) => ops.linear(zerosOf([n, 1]), zerosOf([n, 1]))],
  ["conv2d", long, (n) => ops.conv2d(zerosOf([1, 1, 1, n]), zerosOf([n, 1, 1, 1]))],
  ["conv2d", long, (n) => ops.conv2d(zerosOf([1, 1, 1, 1]), zerosOf([1, 1, 1, 1]), { padding: n })],
  [
    "conv2d",
    long,
    () => ops.conv2d(zerosOf([1, 1, 4, 4]), zerosOf([1, 1, 1, 1]), { padding: 2 ** 31 }),
  ],
  [
    "conv2d",
    half,
    () =>
      ops.conv2d(zerosOf([1, 1, 4, 4]), zerosOf([1, 1, 1, 1]), {
        padding: 2 ** 30,
        stride: 2 ** 30,
      }),
  ],
  [
    "convTranspose2d",
    long,
    (n) => ops.convTranspose2d(zerosOf([1, 1, n, 1]), zerosOf([1, 1, 1, 1]), { stride: n }),
  ],
  [
    "convTranspose2d",
    long,
    (n) => ops.convTranspose2d(zerosOf([1, 1, 1, 1]), zerosOf([1, 1, 2, 2]), { dilation: n }),
  ],
  ["adaptiveAvgPool2d", long, (n) => ops.adaptiveAvgPool2d(zerosOf([1, 1, 2, 2]), n)],
  ["adaptiveAvgPool2d", long, (n) => ops.adaptiveAvgPool2d(zerosOf([n, 1, 1, 1]), [1, n])],
  [
    "avgPool2d",
    long,
    (n) =>
      ops.avgPool2d(zerosOf([1, 1, 1, 1]), 2 * n, {
        padding: n,
        stride: 1,
        divisorOverride: 2 ** 31,
      }),
  ],
  [
    "maxPool2d",
    long,
    (n) => ops.maxPool2d(zerosOf([1, 1, 1, 1]), 2 ** 31, { padding: n, stride: 1 }),
  ],
  ["resizeNearest", long, (n) => ops.resizeNearest(zerosOf([1, 1, 2, 2]), [n, n])],
  ["embedding", half, (n) => ops.embedding(zerosOf([1, 4 * n]), new Int32Array(n))],
  ["concat", long, (n) => ops.concat(Array(2 ** 10).fill(zerosOf([4 * n])))],
  ["crossEntropy", long, (n) => ops.crossEntropy(zerosOf([n, 0, n]), [])],
  ["sum", long, (n) => ops.sum(zerosOf([n, 0, n]), 1)],
  [
    "scaledDotProductAttention",
    long,
    (n) => ops.scaledDotProductAttention(zerosOf([n, 0]), zerosOf([0, 0]), zerosOf([0, n])),
  ],
  [
    "scaledDotProductAttention",
    long,
    () =>
      ops.scaledDotProductAttention(zerosOf([2, 0]), zerosOf([2, 0]), zerosOf([2, 0]), {
        heads: 2 ** 40,
      }),
  ],
  ["zeros", long, (n) => zerosOf([n, n])],
  ["zeros", half, () => zerosOf([2 ** 30 + 2 ** 29])],
  ["ones", half, (n) => ones([n, n, 1], { runtime })],
  ["full", half, (n) => full([n, n], 3, { runtime, dtype: "float64" })],
  ["rand", half, (n) => rand([n, n], { runtime })],
  ["randn", half, (n) => randn([n, n], { runtime })],
  ["randperm", half, () => randperm(2 ** 30 + 1, { runtime, generator: new Generator(1) })],
];

describe("a result no memory holds is refused by name", () => {
  test.each(cases)("%s, %i", (name, size, op) => {
    const others = [1, 2, 3].map((seed) => randomTensor(runtime, [1000], seed));
    const before = others.map((other) => other.toArray());
    const { memory } = runtime;
    const grown = memory.buffer.byteLength;
    let error: unknown;
    try {
      op(size);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(new RegExp(`^${name}: `));
    expect(others.map((other) => other.toArray())).toEqual(before);
    for (const other of others) other.dispose();
    expect(memory.buffer.byteLength - grown).toBeLessThan(2 ** 28);
  });
});

test("the message says what does not fit", () => {
  const [column, row] = [zerosOf([262144, 1]), zerosOf([262145])];
  const before = runtime.stats();
  expect(() => ops.add(column, row)).toThrow(
    "add: a result of shape [262144, 262145] does not fit into the memory (",
  );
  expect(runtime.stats()).toMatchObject({ tensors: before.tensors, bytes: before.bytes });
});

test("windows over more padding than an i32 counts", () => {
  const x: Tensor = full([1, 1, 1, 1], 3 * 2 ** 32, { runtime });
  const y = ops.avgPool2d(x, 2 ** 16, { padding: 2 ** 15 });
  expect(y.shape).toEqual([1, 1, 1, 1]);
  expect(y.item()).toBe(3);
});

test("a window of the response norm wider than all channels holds them all", () => {
  const x = randomTensor(runtime, [1, 3, 4], 1);
  const wide = (size: number) => ops.localResponseNorm(x, size, { alpha: size }).toArray();
  expect(wide(2 ** 33)).toEqual(wide(9));
});
