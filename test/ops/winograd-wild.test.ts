import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { convTranspose2d } from "../../src/ops/conv-transpose2d.js";
import { conv2d } from "../../src/ops/conv2d.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { sizeOf, tensor } from "../../src/tensor.js";
import { guardMemory, normal, recordKernels } from "../helpers.js";
import * as transposedReference from "../reference/conv-transpose2d.js";
import * as reference from "../reference/conv2d.js";

let runtime: Runtime;
let checkGuards: () => void;
let kernels: string[];
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  checkGuards = guardMemory(runtime);
  kernels = recordKernels(runtime);
});
afterEach(() => {
  kernels.length = 0;
  checkGuards();
});
afterAll(() => runtime.close());

type Values = Float32Array;
interface Case {
  transposed?: boolean;
  input: number[];
  rows: number;
  stride: number;
  padding: number;
  outputPadding?: number;
}

/** The three passes of a case, on float32 values, or by their definition in float64. */
interface Passes {
  y: ArrayLike<number>;
  dx: ArrayLike<number>;
  dWeight: ArrayLike<number>;
}

function shapesOf({ transposed, input, rows, stride, padding, outputPadding = 0 }: Case) {
  const weight = transposed ? [input[1], rows, 3, 3] : [rows, input[1], 3, 3];
  const pair = (n: number) => [n, n] as const;
  const geometry = {
    input,
    weight,
    stride: pair(stride),
    padding: pair(padding),
    outputPadding: pair(outputPadding),
  };
  const output = transposed
    ? transposedReference.convTranspose2dShape(geometry)
    : reference.conv2dShape(geometry);
  return { geometry, weight, output };
}

function wanted(c: Case, x: Values, w: Values, dy: Values): Passes {
  const { geometry, weight } = shapesOf(c);
  if (c.transposed) {
    const y = transposedReference.convTranspose2d(geometry, x, w, new Float32Array(weight[1]));
    return { y, ...transposedReference.convTranspose2dBackward(geometry, dy, x, w) };
  }
  return {
    y: reference.conv2d(geometry, x, w),
    ...reference.conv2dBackward(geometry, dy, x, w),
  };
}

function computed(on: Runtime, c: Case, x: Values, w: Values, dy: Values): Passes {
  const { weight, output } = shapesOf(c);
  const { stride, padding, outputPadding } = c;
  const [xt, wt] = [
    [x, c.input],
    [w, weight],
  ].map(([values, shape]) =>
    tensor(values as Values, shape as number[], { runtime: on, requiresGrad: true }),
  );
  const y = c.transposed
    ? convTranspose2d(xt, wt, { stride, padding, outputPadding })
    : conv2d(xt, wt, { stride, padding });
  y.backward(tensor(dy, output, { runtime: on }));
  return { y: y.toArray(), dx: xt.grad?.toArray() ?? [], dWeight: wt.grad?.toArray() ?? [] };
}

/** float32 has no normal numbers below. */
const LEAST = 2 ** -126;

const abs = (values: Values) => values.map(Math.abs);

/** Every element is off by at most 1e-5 of the magnitudes it sums, and 1e-7 of its channel's median. */
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
  if (wrong.length) console.log(`FAULT ${what}: ${wrong.length} of ${want.length} ${wrong[0]}`);
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
      input: [2, 17, 12, 9],
      rows: 18,
      stride: 2,
      padding: 0,
      outputPadding: 1,
    },
  ],
];

const images: [string, (n: number, seed: number) => Values][] = [
  ["normal", normal],
  ["ones", (n) => new Float32Array(n).fill(1)],
  ["half zeros", (n, seed) => normal(n, seed).map((v) => Math.max(0, v))],
  ["zeros", (n) => new Float32Array(n)],
];

describe.each(cases)("%s", (_, c) => {
  const { weight, output } = shapesOf(c);
  const w = normal(sizeOf(weight), 2);

  test.each(images)("%s", (_, make) => {
    const [x, dy] = [make(sizeOf(c.input), 1), make(sizeOf(output), 3)];
    expectAllLocal(runtime, c, x, w, dy);
    expect(kernels).toContain("winograd");
    expect(kernels).toContain("winogradProducts");
  });

  const sides = [c.input[2], output[2], c.input[3], output[3]];
  const places = [
    ["the first corner", () => [0, 0]],
    ["the last corner", (h: number, w: number) => [h - 1, w - 1]],
    ["a tile's border", () => [4, 3]],
    ["inside", () => [6, 5]],
  ] as const;
  const planted = [Number.NaN, Number.POSITIVE_INFINITY, -1e6, 1e30, 1, 1e-30];
  test.each(places)("single values in %s", (_, place) => {
    expect(Math.min(...sides)).toBeGreaterThan(6);
    for (const [kind, make] of images)
      for (const value of planted) {
        const [x, dy] = [make(sizeOf(c.input), 1), make(sizeOf(output), 3)];
        for (const [values, shape, channel] of [
          [x, c.input, 3],
          [dy, output, 5],
        ] as const) {
          const [h, w] = place(shape[2], shape[3]);
          values[((shape[0] - 1) * shape[1] + channel) * shape[2] * shape[3] + h * shape[3] + w] =
            value;
        }
        expectAllLocal(runtime, c, x, w, dy, `of ${kind} with ${value}`);
      }
  });
});
