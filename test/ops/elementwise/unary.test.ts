import { describe, expect, test } from "vitest";
import { conv2d } from "../../../src/ops/conv/conv2d.js";
import { elu } from "../../../src/ops/elementwise/elu.js";
import { exp } from "../../../src/ops/elementwise/exp.js";
import { gelu } from "../../../src/ops/elementwise/gelu.js";
import { leakyRelu } from "../../../src/ops/elementwise/leaky-relu.js";
import { log } from "../../../src/ops/elementwise/log.js";
import { neg } from "../../../src/ops/elementwise/neg.js";
import { prelu } from "../../../src/ops/elementwise/prelu.js";
import { relu } from "../../../src/ops/elementwise/relu.js";
import { sigmoid } from "../../../src/ops/elementwise/sigmoid.js";
import { silu } from "../../../src/ops/elementwise/silu.js";
import { softplus } from "../../../src/ops/elementwise/softplus.js";
import { sqrt } from "../../../src/ops/elementwise/sqrt.js";
import { tanh } from "../../../src/ops/elementwise/tanh.js";
import { derf } from "../../../src/ops/norm/derf.js";
import { dyt } from "../../../src/ops/norm/dyt.js";
import { linear } from "../../../src/ops/product/linear.js";
import { ones, type Tensor, tensor } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  onEveryRuntime,
  useRuntime,
} from "../../helpers.js";
import { activations, geluTanh } from "../../reference/activation.js";

const runtime = await useRuntime();

type Row = [name: string, op: (x: Tensor) => Tensor, f: (x: number) => number, positive: boolean];
const rows: Row[] = [
  ["neg", neg, (x) => -x, false],
  ["relu", relu, (x) => Math.max(x, 0), false],
  ["exp", exp, Math.exp, false],
  ["log", log, Math.log, true],
  ["sqrt", sqrt, Math.sqrt, true],
  ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), false],
  ["tanh", tanh, Math.tanh, false],
  ["gelu", gelu, activations.gelu, false],
  ["gelu", (x) => gelu(x, { approximate: "tanh" }), geluTanh, false],
  ["silu", silu, activations.silu, false],
  ["softplus", (x) => softplus(x), (x) => Math.log1p(Math.exp(x)), false],
  ["softplus", (x) => softplus(x, { beta: 3 }), (x) => Math.log1p(Math.exp(3 * x)) / 3, false],
  ["leakyRelu", (x) => leakyRelu(x), (x) => (x > 0 ? x : 0.01 * x), false],
  ["leakyRelu", (x) => leakyRelu(x, { negativeSlope: 0.3 }), (x) => Math.max(x, 0.3 * x), false],
  ["elu", (x) => elu(x), (x) => (x > 0 ? x : Math.expm1(x)), false],
  ["elu", (x) => elu(x, { alpha: 2 }), (x) => (x > 0 ? x : 2 * Math.expm1(x)), false],
];
/** Sizes: empty, less than a SIMD vector, and vectors with and without a rest. */
const sizes = [0, 1, 3, 4, 5, 15, 16, 17, 1023];

describe.each(rows)("%s", (name, op, f, positive) => {
  const values = (n: number) =>
    normal(n, 5).map((v) => (positive ? Math.abs(v) + 0.25 : Math.abs(v) < 1e-3 ? 0.5 : v));

  test.each(sizes)("%i elements", (n) => {
    const x = tensor(values(n), [n], { runtime });
    // The functions have a bound of 2 ulp; see test/lib/math.test.ts.
    expectClose(op(x).toArray(), Float64Array.from(x.data, f), 2.4e-7);
    if (n <= 17) gradcheck(op, (x) => x.map(f), [x]);
  });

  test("keeps the shape", () => {
    expect(op(tensor(values(6), [1, 2, 3], { runtime })).shape).toEqual([1, 2, 3]);
    expect(op(tensor(1, [], { runtime })).shape).toEqual([]);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = tensor(values(100003), [100003], { runtime, requiresGrad: true });
      const y = op(x);
      y.backward(ones(y.shape, { runtime }));
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });

  test("refuses other things than float32 tensors", () => {
    expect(() => op(3 as unknown as Tensor)).toThrow(`${name}: expected input to be a tensor`);
    const integers = tensor(Int32Array.of(1), [1], { runtime }) as unknown as Tensor;
    expect(() => op(integers)).toThrow(TypeError);
    const gone = tensor([1], [1], { runtime });
    gone.dispose();
    expect(() => op(gone)).toThrow("disposed");
  });
});

test("the gradient of relu is 0 at 0 and passes at NaN, as in PyTorch", () => {
  const x = tensor([0, -0, NaN, 2], [4], { runtime, requiresGrad: true });
  const y = relu(x);
  expect([...y.data]).toEqual([0, 0, NaN, 2]);
  y.backward(ones([4], { runtime }));
  expect([...(x.grad?.data ?? [])]).toEqual([0, 0, 1, 1]);
});

const gates: [string, (x: Tensor) => Tensor][] = [
  ["gelu", gelu],
  ["gelu by tanh", (x) => gelu(x, { approximate: "tanh" })],
  ["silu", silu],
];
const far = [-Infinity, -3.4e38, -1e30, -1e10, -100, 0, 100, 1e10, 3.4e38, Infinity];
describe.each(gates)("%s of what is far out", (_, op) => {
  test.each([1, 4, 7])("%i times each: 0 or x, and slopes of 0 or 1", async (times) => {
    const values = Float32Array.from(far.flatMap((v) => Array(times).fill(v)));
    const results = await onEveryRuntime((runtime) => {
      const x = tensor(values, [values.length], { runtime, requiresGrad: true });
      const y = op(x);
      y.backward(
        tensor(
          values.map(() => 1e10),
          [values.length],
          { runtime },
        ),
      );
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
    for (const { result } of results) {
      result[0].forEach((v, i) => void expect(v + 0).toBe(Math.max(values[i], 0)));
      result[1].forEach((v, i) => {
        expect(v + 0).toBe(values[i] > 0 ? Math.fround(1e10) : values[i] < 0 ? 0 : 5e9);
      });
    }
  });

  test("the tail falls to 0 and never rises above it", () => {
    const values = Float32Array.from({ length: 2000 }, (_, i) => -5 - i / 20);
    const x = tensor(values, [2000], { runtime, requiresGrad: true });
    const y = op(x);
    y.backward(ones([2000], { runtime }));
    const slopes = x.grad?.data ?? [];
    y.data.forEach((v, i, list) => {
      expect(v).toBeLessThanOrEqual(0);
      expect(slopes[i]).toBeLessThanOrEqual(0);
      if (i > 0) expect(v).toBeGreaterThanOrEqual(list[i - 1]);
      if (i > 0) expect(slopes[i]).toBeGreaterThanOrEqual(slopes[i - 1]);
    });
    expect([y.data[1999], slopes[1999]].map((v) => v + 0)).toEqual([0, 0]);
  });

  test("NaN stays, in value and slope", () => {
    const x = tensor([NaN, 1, NaN, 2, NaN], [5], { runtime, requiresGrad: true });
    const y = op(x);
    y.backward(ones([5], { runtime }));
    for (const list of [y.data, x.grad?.data ?? []])
      expect(Array.from(list, Number.isNaN)).toEqual([true, false, true, false, true]);
  });
});

test("gelu refuses another approximation", () => {
  expect(() => gelu(ones([1], { runtime }), { approximate: "erf" as "tanh" })).toThrow(
    'gelu: expected approximate "none" or "tanh", got erf',
  );
});

test("behind a product a ReLU passes the gradient at NaN, and DyT's alpha gets none of an infinity", () => {
  const leaf = (values: number[], shape: number[]) =>
    tensor(values, shape, { runtime, requiresGrad: true });
  const input = leaf([NaN, 1, -1, 2, -2], [5, 1]);
  const weight = leaf([1], [1, 1]);
  linear(input, weight, null, { activation: "relu" }).backward(ones([5, 1], { runtime }));
  expect([...(input.grad?.data ?? [])]).toEqual([1, 1, 0, 1, 0]);
  const image = leaf([NaN, 1, -1, 2, -2], [5, 1, 1, 1]);
  const kernel = leaf([1], [1, 1, 1, 1]);
  conv2d(image, kernel, { activation: "relu" }).backward(ones([5, 1, 1, 1], { runtime }));
  expect([...(image.grad?.data ?? [])]).toEqual([1, 1, 0, 1, 0]);
  for (const op of [dyt, derf]) {
    const alpha = leaf([0.5], [1]);
    const far = leaf([Infinity, -Infinity, 3e38, 1], [1, 4]);
    op(far, alpha).backward(ones([1, 4], { runtime }));
    const alone = leaf([0.5], [1]);
    op(leaf([1], [1, 1]), alone).backward(ones([1, 1], { runtime }));
    expect(alpha.grad?.item()).toBeCloseTo(alone.grad?.item() ?? 0, 6);
    expect([...(far.grad?.data ?? [])].slice(0, 3).map((v) => v + 0)).toEqual([0, 0, 0]);
  }
});

describe("functions that bend at 0", () => {
  const slopes = (op: (x: Tensor) => Tensor, values: number[]) => {
    const x = tensor(values, [values.length], { runtime, requiresGrad: true });
    op(x).backward(ones(x.shape, { runtime }));
    return [...(x.grad?.toArray() ?? [])];
  };

  test("their gradients at 0 and at the ends are PyTorch's", () => {
    expect(slopes((x) => leakyRelu(x, { negativeSlope: 0.5 }), [0, -1, 1])).toEqual([0.5, 0.5, 1]);
    expect(slopes((x) => elu(x, { alpha: 2 }), [0, -Infinity, Infinity])).toEqual([2, 0, 1]);
    expect(slopes((x) => softplus(x), [0, -200, 200])).toEqual([0.5, 0, 1]);
  });

  test("small results keep their digits", () => {
    const x = tensor([-20, -1e-6, 1e-6], [3], { runtime });
    const [small] = softplus(x).toArray();
    expect(Math.abs(small / Math.log1p(Math.exp(-20)) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(elu(x).toArray()[1] / Math.expm1(Math.fround(-1e-6)) - 1)).toBeLessThan(1e-6);
  });

  test("softplus is x itself above its threshold", () => {
    const x = tensor([0.5, 2, -1], [3], { runtime, requiresGrad: true });
    const y = softplus(x, { threshold: 1 });
    y.backward(ones([3], { runtime }));
    expect(y.toArray()[1]).toBe(2);
    expectClose(y.toArray(), [Math.log1p(Math.exp(0.5)), 2, Math.log1p(Math.exp(-1))], 1e-6);
    expect(x.grad?.toArray()[1]).toBe(1);
    expect(() => softplus(x, { beta: 0 })).toThrow("softplus: expected beta > 0, got 0");
    expect(() => elu(x, { alpha: Infinity })).toThrow("elu: expected alpha to be a finite number");
  });

  test("prelu has a slope for all or one a channel", () => {
    const x = () => tensor(normal(24, 3), [2, 3, 4], { runtime });
    gradcheck(prelu, (x, w) => x.map((v, i) => (v > 0 ? v : w[Math.floor(i / 4) % 3] * v)), [
      x(),
      tensor([0.1, -2, 0], [3], { runtime }),
    ]);
    gradcheck(prelu, (x, w) => x.map((v) => (v > 0 ? v : w[0] * v)), [
      x(),
      tensor([0.1], [1], { runtime }),
    ]);
    expect(() => prelu(x(), ones([4], { runtime }))).toThrow(
      "prelu: expected weight of shape [1] or [3] for input of shape [2, 3, 4], got [4]",
    );
  });
});
