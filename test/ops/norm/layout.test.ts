// Every norm with channels: [N, ..., C] must give what [N, C, ...] gives. Other tests compare [N, C, ...] with oracles.
import { describe, expect, test } from "vitest";
import * as ops from "../../../src/ops/index.js";
import type { Runtime } from "../../../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, expectSameBits, normal, randomTensor, useRuntime } from "../../helpers.js";
import { direct, type Layout, type Method, turned } from "../layout-cases.js";

const runtime = await useRuntime();

/** Converts values [N, ..., C] to [N, C, ...]. */
function turn(values: ArrayLike<number>, batch: number, channels: number): Float32Array {
  const length = values.length / batch / channels;
  return Float32Array.from({ length: values.length }, (_, i) => {
    const n = Math.floor(i / (channels * length));
    const c = Math.floor(i / length) % channels;
    return values[(n * length + (i % length)) * channels + c];
  });
}

/** Output, gradients and running statistics for x [N, ..., C], all converted to [N, C, ...]. */
function outcome(on: Runtime, m: Method, shape: Shape, data: Float32Array, last: boolean) {
  const [batch, ...space] = shape;
  const channels = space.pop() ?? 0;
  const toFirst = (values: ArrayLike<number>) => turn(values, batch, channels);
  const made = (shapes: Shape[], seed: number, learn: boolean) =>
    shapes.map((of, i) => {
      const values = normal(sizeOf(of), seed + i).map((v) => Math.abs(v) + 0.1);
      return tensor(values, of, { runtime: on, requiresGrad: learn });
    });
  const own = last ? shape : [batch, channels, ...space];
  const dy = normal(data.length, 3);
  const x = tensor(last ? data : toFirst(data), own, { runtime: on, requiresGrad: true });
  const learned = made(m.learned(batch, channels), 4, true);
  const moved = made(m.moved?.(channels) ?? [], 14, false);
  const y = m.op(x, learned, moved, last ? { layout: "nhwc" } : {});
  expect(y.shape).toEqual(own);
  y.backward(tensor(last ? dy : toFirst(dy), own, { runtime: on }));
  const large = [y, x.grad as Tensor].map((t) => (last ? toFirst(t.data) : t.toArray()));
  const small = [...learned.map((t) => t.grad as Tensor), ...moved].map((t) => t.toArray());
  return [...large, ...small];
}

/** Twice the tolerances against an oracle, which are in norm-cases.ts. */
const [FORWARD, BACKWARD] = [4e-6, 2e-5];

function expectEqual(m: Method, shape: Shape, data: Float32Array): void {
  const want = outcome(runtime, m, shape, data, false);
  const got = outcome(runtime, m, shape, data, true);
  got.forEach((values, i) => {
    expectClose(values, want[i], i === 0 ? FORWARD : BACKWARD, `result ${i} of ${got.length}`);
  });
}

const shapes: [Shape, string][] = [
  [[3, 4, 5, 1], "one channel"],
  [[3, 4, 5, 3], "less than a vector"],
  [[3, 4, 5, 5], "a vector and a tail"],
  [[2, 7, 17], "tails, and rows that are not a multiple of four"],
  [[4, 3, 3, 64], "whole vectors"],
];

describe.each(Object.entries({ ...direct, ...turned }))("%s", (name, m) => {
  test.each(shapes)("%j: %s", (shape) => {
    if (m.overChannels && shape.at(-1) === 1) return;
    expectEqual(m, shape, normal(sizeOf(shape), 1, 2, 0.5));
  });

  test("refuses another layout", () => {
    const x = zeros([2, 3, 4], { runtime });
    const learned = m.learned(2, 3).map((of) => zeros(of, { runtime }));
    const moved = m.moved?.(3).map((of) => zeros(of, { runtime })) ?? [];
    const layout = { layout: "chwn" } as unknown as Layout;
    const message = `${name.split(",")[0].split(" ")[0]}: expected layout "nchw" or "nhwc", got chwn`;
    expect(() => m.op(x, learned, moved, layout)).toThrow(new RangeError(message));
  });
});

const large: [Shape, string][] = [
  [[2, 40, 33, 6], "parts of the rows of each sample, blocks of rows"],
  [[1, 70, 300], "more channels than a block has, narrow blocks"],
  [[40, 30, 270], "wide blocks, the last of them narrow"],
];

/** Input whose sums of squares, or whose values, exceed the precision of float32. */
const hard: [string, (n: number) => Float32Array][] = [
  ["1e6 + N(0, 1)", (n) => normal(n, 2, 1, 1e6)],
  ["constant 1234", (n) => new Float32Array(n).fill(1234)],
  ["±1e19", (n) => Float32Array.from({ length: n }, (_, i) => (i % 3 ? 1e19 : -1e19))],
  ["subnormal", (n) => normal(n, 5, 1e-41)],
  [
    "means far from those of the first rows",
    (n) => normal(n, 6).map((v, i) => v + (i > 999 ? 1e4 : 0)),
  ],
];

describe.each(Object.entries(direct))("%s, without turning", (_, m) => {
  test.each(large)("%j: %s", (shape) => {
    expectEqual(m, shape, normal(sizeOf(shape), 1, 2, 0.5));
  });

  test.each(hard)("%s", (_, make) => {
    const shape = [2, 5, 7, 41];
    expectEqual(m, shape, make(sizeOf(shape)));
  });
});

test.each(["batchNorm, training", "batchNorm, evaluation", "conditionalBatchNorm, training"])(
  "%s: the same bits for any number of threads",
  async (name) => {
    const shape = [3, 40, 41, 70];
    const data = normal(sizeOf(shape), 5);
    await expectSameBits((on) => outcome(on, direct[name], shape, data, true));
  },
);

test("adaIN: input and style are of the layout", () => {
  const [x, style] = [
    randomTensor(runtime, [2, 4, 3, 5], 1),
    randomTensor(runtime, [2, 2, 7, 5], 2),
  ];
  const toFirst = (t: Tensor) => ops.permute(t, [0, 3, 1, 2]);
  const want = ops.adaIN(toFirst(x), toFirst(style));
  const got = ops.adaIN(x, style, { layout: "nhwc" });
  expect(toFirst(got).toArray()).toEqual(want.data);
});

test("too few dimensions are told in the words of the layout", () => {
  const x = zeros([3], { runtime });
  for (const norm of [ops.batchNorm, ops.frn])
    expect(() => norm(x, { layout: "nhwc" })).toThrow(
      "expected input of shape [N, ..., C], got [3]",
    );
});
