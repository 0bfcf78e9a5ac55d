import { afterEach, describe, expect, test } from "vitest";
import { convTranspose2d } from "../../../src/ops/conv/conv-transpose2d.js";
import { conv2d } from "../../../src/ops/conv/conv2d.js";
import type { Runtime } from "../../../src/runtime/runtime.js";
import { sizeOf, tensor } from "../../../src/tensor.js";
import { expectSameBits, normal, recordKernels, useRuntime } from "../../helpers.js";
import * as transposedReference from "../../reference/conv-transpose2d.js";
import * as reference from "../../reference/conv2d.js";

const runtime = await useRuntime();
const kernels = recordKernels(runtime);
afterEach(() => {
  kernels.length = 0;
});

type Values = Float32Array;
interface Case {
  transposed?: boolean;
  input: number[];
  rows: number;
  stride: number;
  padding: number;
  outputPadding?: number;
  dilation?: number;
  groups?: number;
}

/** The results of forward and backward pass: computed in float32, or by their definition in float64. */
interface Passes {
  y: ArrayLike<number>;
  dx: ArrayLike<number>;
  dWeight: ArrayLike<number>;
}

function shapesOf(c: Case) {
  const { transposed, input, rows, stride, padding, outputPadding = 0 } = c;
  const { dilation = 1, groups = 1 } = c;
  const weight = transposed ? [input[1], rows / groups, 3, 3] : [rows, input[1] / groups, 3, 3];
  const pair = (n: number) => [n, n] as const;
  const geometry = {
    input,
    weight,
    stride: pair(stride),
    padding: pair(padding),
    outputPadding: pair(outputPadding),
    dilation: pair(dilation),
    groups,
  };
  const output = transposed
    ? transposedReference.convTranspose2dShape(geometry)
    : reference.conv2dShape(geometry);
  return { geometry, weight, output };
}

function wanted(c: Case, x: Values, w: Values, dy: Values): Passes {
  const { geometry } = shapesOf(c);
  if (c.transposed) {
    const y = transposedReference.convTranspose2d(geometry, x, w, new Float32Array(c.rows));
    return { y, ...transposedReference.convTranspose2dBackward(geometry, dy, x, w) };
  }
  return {
    y: reference.conv2d(geometry, x, w),
    ...reference.conv2dBackward(geometry, dy, x, w),
  };
}

function computed(on: Runtime, c: Case, x: Values, w: Values, dy: Values): Passes {
  const { weight, output } = shapesOf(c);
  const { stride, padding, outputPadding, dilation, groups } = c;
  const [xt, wt] = [
    [x, c.input],
    [w, weight],
  ].map(([values, shape]) =>
    tensor(values as Values, shape as number[], { runtime: on, requiresGrad: true }),
  );
  const y = c.transposed
    ? convTranspose2d(xt, wt, { stride, padding, outputPadding, dilation, groups })
    : conv2d(xt, wt, { stride, padding, dilation, groups });
  y.backward(tensor(dy, output, { runtime: on }));
  return { y: y.toArray(), dx: xt.grad?.toArray() ?? [], dWeight: wt.grad?.toArray() ?? [] };
}

/** The smallest normal number of float32. */
const LEAST = 2 ** -126;

const abs = (values: Values) => values.map(Math.abs);

/** Every element may differ by 1e-5 of the magnitudes that it sums plus 1e-7 of the median of its channel. */
function expectLocal(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  magnitude: ArrayLike<number>,
  shape: readonly number[],
  what: string,
) {
  const plane = shape[2] * shape[3];
  const values: number[][] = Array.from({ length: shape[1] }, () => []);
  const channelOf = (i: number) => Math.floor(i / plane) % shape[1];
  for (let i = 0; i < want.length; i++) values[channelOf(i)].push(Math.abs(want[i]));
  const medians = values
    .map((all) => all.filter(Number.isFinite).sort((a, b) => a - b))
    .map((all) => all[all.length >> 1] ?? 0);
  const wrong: string[] = [];
  for (let i = 0; i < want.length; i++) {
    const bound = 1e-5 * magnitude[i] + 1e-7 * medians[channelOf(i)] + LEAST;
    const rounded = Math.fround(want[i]);
    const fine = Number.isFinite(rounded)
      ? Math.abs(got[i] - want[i]) <= bound
      : Object.is(got[i], rounded);
    if (!fine) wrong.push(`[${i}]: ${got[i]} for ${want[i]} within ${bound}`);
  }
  expect(wrong.slice(0, 5), `${what}: ${wrong.length} of ${want.length}`).toEqual([]);
}

function expectAllLocal(on: Runtime, c: Case, x: Values, w: Values, dy: Values, what = "") {
  const { weight, output } = shapesOf(c);
  const got = computed(on, c, x, w, dy);
  const want = wanted(c, x, w, dy);
  const magnitude = wanted(c, abs(x), abs(w), abs(dy));
  expectLocal(got.y, want.y, magnitude.y, output, `y ${what}`);
  expectLocal(got.dx, want.dx, magnitude.dx, c.input, `dx ${what}`);
  expectLocal(got.dWeight, want.dWeight, magnitude.dWeight, weight, `dWeight ${what}`);
}

const cases: [string, Case][] = [
  ["stride 1", { input: [2, 16, 13, 14], rows: 12, stride: 1, padding: 1 }],
  ["stride 1, no padding", { input: [2, 8, 14, 11], rows: 9, stride: 1, padding: 0 }],
  ["stride 1, padding 2", { input: [1, 16, 12, 13], rows: 16, stride: 1, padding: 2 }],
  ["stride 2", { input: [2, 16, 15, 23], rows: 20, stride: 2, padding: 1 }],
  ["stride 2, no padding", { input: [1, 16, 31, 24], rows: 16, stride: 2, padding: 0 }],
  [
    "transposed, stride 1",
    { transposed: true, input: [2, 16, 12, 11], rows: 12, stride: 1, padding: 1 },
  ],
  [
    "transposed, stride 2",
    {
      transposed: true,
      input: [2, 20, 12, 9],
      rows: 16,
      stride: 2,
      padding: 1,
      outputPadding: 1,
    },
  ],
  [
    "transposed, stride 2, no padding",
    {
      transposed: true,
      input: [2, 17, 15, 15],
      rows: 18,
      stride: 2,
      padding: 0,
      outputPadding: 1,
    },
  ],
];

const images: Record<string, (n: number, seed: number) => Values> = {
  normal,
  ones: (n) => new Float32Array(n).fill(1),
  "half zeros": (n, seed) => normal(n, seed).map((v) => Math.max(0, v)),
  zeros: (n) => new Float32Array(n),
};

/** Where a value is planted in a plane of h × w. */
const places: Record<string, (h: number, w: number) => [number, number]> = {
  "the first corner": () => [0, 0],
  "the last corner": (h, w) => [h - 1, w - 1],
  "a tile's border": () => [4, 3],
  inside: () => [6, 5],
};

/** Sets one value in the last image. */
function plant(values: Values, shape: number[], place: keyof typeof places, value: number) {
  const [images, channels, height, width] = shape;
  const [y, x] = places[place](height, width);
  values[(((images - 1) * channels + 3) * height + y) * width + x] = value;
}

describe.each(cases)("%s", (_, c) => {
  const { weight, output } = shapesOf(c);
  const w = normal(sizeOf(weight), 2);
  const made = (kind: keyof typeof images) =>
    [images[kind](sizeOf(c.input), 1), images[kind](sizeOf(output), 3)] as const;

  test.each(Object.keys(images))("ordinary images: %s", (kind) => {
    const [x, dy] = made(kind);
    expectAllLocal(runtime, c, x, w, dy);
    expect(kernels).toContain("winograd");
    expect(kernels).toContain("winogradProducts");
  });

  test.each(Object.keys(places))("single values in %s", (place) => {
    for (const [kind, planted] of [
      ["normal", [Number.NaN, -1e6]],
      ["ones", [1e6, Number.NEGATIVE_INFINITY, 1e-30]],
      ["half zeros", [Number.POSITIVE_INFINITY, 1e30]],
      ["zeros", [1]],
    ] as const)
      for (const value of planted) {
        const [x, dy] = made(kind);
        plant(x, c.input, place, value);
        plant(dy, output, place, value);
        expectAllLocal(runtime, c, x, w, dy, `of ${kind} with ${value}`);
      }
  });

  test.each<[string, (k: number, row: number, channel: number, tap: number) => number]>([
    ["a NaN", (k) => (k === 31 ? Number.NaN : w[k])],
    ["an infinity in a corner", (k) => (k === 18 ? Number.POSITIVE_INFINITY : w[k])],
    ["one large tap", (k) => (k === 49 ? 1e6 : w[k])],
    ["huge filters", (k) => 1e20 * w[k]],
    ["one tap each", (_, row, channel, tap) => (row === channel && tap === 4 ? 1 : 0)],
    ["one channel each", (k, row, channel) => (row === channel ? w[k] : 0)],
    ["corners alone", (k, _row, _channel, tap) => (tap === 0 ? w[k] : 0)],
    ["nothing", () => 0],
  ])("filters of %s", (_, make) => {
    const filters = w.map((_, k) => {
      const pair = Math.floor(k / 9);
      return make(k, Math.floor(pair / weight[1]), pair % weight[1], k % 9);
    });
    for (const kind of ["ones", "half zeros"]) {
      const [x, dy] = made(kind);
      expectAllLocal(runtime, c, x, filters, dy, `of ${kind}`);
    }
  });

  test("an object before nothing", () => {
    const [x, dy] = made("normal");
    for (const [values, [, , h, w]] of [
      [x, c.input],
      [dy, output],
    ] as const)
      for (let i = 0; i < values.length; i++) {
        const [row, column] = [Math.floor(i / w) % h, i % w];
        if ((row - h / 2) ** 2 + (column - w / 2) ** 2 > (h / 3) ** 2) values[i] = 0;
      }
    expectAllLocal(runtime, c, x, w, dy);
  });
});

const plainCases: [string, Case][] = [
  ["few channels", { input: [2, 3, 9, 8], rows: 5, stride: 1, padding: 1 }],
  ["few rows, by columns of the filters", { input: [1, 16, 9, 8], rows: 2, stride: 1, padding: 2 }],
  ["groups, stride 2", { input: [2, 8, 9, 10], rows: 8, stride: 2, padding: 1, groups: 4 }],
  ["a dilation", { input: [1, 9, 10, 11], rows: 8, stride: 1, padding: 2, dilation: 2 }],
  [
    "transposed",
    { transposed: true, input: [2, 6, 8, 9], rows: 4, stride: 2, padding: 1, groups: 2 },
  ],
  ["stride 3", { transposed: true, input: [1, 5, 7, 8], rows: 3, stride: 3, padding: 0 }],
  [
    "few rows and a dilation, by columns of the filters",
    { input: [1, 16, 9, 8], rows: 2, stride: 1, padding: 2, dilation: 2 },
  ],
  ["many channels", { input: [2, 70, 7, 6], rows: 6, stride: 3, padding: 1 }],
];

/**
 * Elements that are finite by definition keep their bits. With Winograd, neighbours of the planted value may change.
 */
function expectKept(c: Case, changed: "w" | "dy", at: number) {
  const { weight, output } = shapesOf(c);
  const given = [c.input, weight, output].map((shape, i) => normal(sizeOf(shape), i + 1));
  const [x, w, dy] = given;
  const before = computed(runtime, c, x, w, dy);
  const winograd = kernels.includes("winograd") || kernels.includes("winogradProducts");
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    const planted = (changed === "w" ? w : dy).slice();
    planted[at] = value;
    const values = [x, changed === "w" ? planted : w, changed === "dy" ? planted : dy] as const;
    const got = computed(runtime, c, ...values);
    const want = wanted(c, ...values);
    const filter = Math.floor(at / 9);
    const [first, second] = [Math.floor(filter / weight[1]), filter % weight[1]];
    const [out, into] = c.transposed ? [second, first] : [first, second];
    const channel = (i: number, [, channels, h, w]: number[]) => Math.floor(i / (h * w)) % channels;
    const beside = {
      y: (i: number) => channel(i, output) === out,
      dx: (i: number) => changed === "dy" || channel(i, c.input) === into,
      dWeight: (i: number) =>
        Math.floor(i / 9 / (c.transposed ? 1 : weight[1])) %
          (c.transposed ? weight[1] : weight[0]) ===
        0,
    };
    for (const pass of ["y", "dx", "dWeight"] as const) {
      const moved = Array.from(want[pass]).filter((v, i) => {
        const kept = Number.isFinite(v) && !(winograd && beside[pass](i));
        return kept && !Object.is(got[pass][i], before[pass][i]);
      });
      expect(moved.length, `${pass} with ${value} at ${at}`).toBe(0);
    }
  }
}

test.each([...cases, ...plainCases])("%s: not finite values leave bits alone", (_, c) => {
  const size = sizeOf(shapesOf(c).weight);
  for (const at of [0, 13, size - 1]) expectKept(c, "w", at);
  expectKept(c, "dy", 0);
});

describe("convolutions that go by plain sums anyway", () => {
  test.each(plainCases)("%s", (_, c) => {
    const { weight, output } = shapesOf(c);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const [x, w, dy] = [c.input, weight, output].map((shape, i) => normal(sizeOf(shape), i + 1));
      w[1] = value;
      w[w.length - 9] = value;
      expectAllLocal(runtime, c, x, w, dy, "of a weight");
      const fine = normal(sizeOf(weight), 2);
      for (const k of [0, dy.length - 1, output[3] - 1]) {
        const planted = dy.slice();
        planted[k] = value;
        expectAllLocal(runtime, c, x, fine, planted, "of a gradient");
      }
      x[0] = value;
      expectAllLocal(runtime, c, x, fine, dy, "of an input");
    }
  });
});

test("what follows the sums follows plain ones too: bias and ReLU", () => {
  const [, c] = cases[0];
  const { weight, output } = shapesOf(c);
  const x = images["half zeros"](sizeOf(c.input), 1).map((v, i) => (i % 14 > 8 ? 0 : v));
  plant(x, c.input, "inside", Number.NaN);
  plant(x, c.input, "the last corner", 1e6);
  const w = normal(sizeOf(weight), 2);
  w[40] = Number.NEGATIVE_INFINITY;
  const bias = normal(c.rows, 3);
  const [xt, wt, bt] = [
    tensor(x, c.input, { runtime }),
    tensor(w, weight, { runtime }),
    tensor(bias, [c.rows], { runtime }),
  ];
  const y = conv2d(xt, wt, { padding: 1, bias: bt, activation: "relu" });
  const { geometry } = shapesOf(c);
  const relu = (v: number) => Math.max(v, 0);
  const want = reference.conv2d(geometry, x, w, bias).map(relu);
  expectLocal(
    y.toArray(),
    want,
    reference.conv2d(geometry, abs(x), abs(w), abs(bias)),
    output,
    "y",
  );
  expect(kernels).toContain("winogradZeros");
  expect(kernels).toContain("winogradCopyTiles");
});

test("outputs that see nothing but zeros are exactly the bias", () => {
  const x = new Float32Array(16 * 20 * 20);
  for (let i = 0; i < x.length; i++) if (i % 20 < 7) x[i] = Math.sin(i);
  const y = conv2d(
    tensor(x, [1, 16, 20, 20], { runtime }),
    tensor(normal(8 * 16 * 9, 2), [8, 16, 3, 3], { runtime }),
    { padding: 1, bias: tensor(new Float32Array(8).fill(0.25), [8], { runtime }) },
  );
  expect(kernels).not.toContain("winogradCopyTiles");
  y.toArray().forEach((v, i) => {
    if (i % 20 > 7) expect(v).toBe(0.25);
  });
});

test.each([
  ["normal", 64],
  ["normal", 8],
  ["half zeros", 64],
])("%s images with zeros around, %i channels: no plain sums", (kind, channels) => {
  const x = tensor(images[kind](4 * channels * 256, 1), [4, channels, 16, 16], {
    runtime,
    requiresGrad: true,
  });
  const w = tensor(normal(64 * channels * 9, 2), [64, channels, 3, 3], {
    runtime,
    requiresGrad: true,
  });
  const y = conv2d(x, w, { padding: 1 });
  y.backward(tensor(images[kind](y.size, 3), y.shape, { runtime }));
  expect(kernels.filter((name) => name === "winograd").length).toBe(2);
  expect(kernels).not.toContain("convolve");
  expect(kernels).not.toContain("convWeightGradient");
});

test("the same bits on any number of threads, and what holds for one build for the other", async () => {
  const [, c] = cases[0];
  const { weight, output } = shapesOf(c);
  const w = normal(sizeOf(weight), 2);
  const x = images["half zeros"](sizeOf(c.input), 1);
  const dy = images["half zeros"](sizeOf(output), 3);
  for (const values of [x, dy]) values.fill(0, 700, 1100);
  plant(x, c.input, "inside", 1e6);
  plant(dy, output, "the last corner", 1e6);
  await expectSameBits((runtime) => {
    expectAllLocal(runtime, c, x, w, dy, runtime.variant);
    return Object.values(computed(runtime, c, x, w, dy));
  });
});
