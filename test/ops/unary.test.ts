import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { exp } from "../../src/ops/exp.js";
import { gelu } from "../../src/ops/gelu.js";
import { log } from "../../src/ops/log.js";
import { neg } from "../../src/ops/neg.js";
import { relu } from "../../src/ops/relu.js";
import { sigmoid } from "../../src/ops/sigmoid.js";
import { silu } from "../../src/ops/silu.js";
import { sqrt } from "../../src/ops/sqrt.js";
import { tanh } from "../../src/ops/tanh.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { ones, type Tensor, tensor } from "../../src/tensor.js";
import { expectClose, expectSameBits, gradcheck, guardMemory, normal } from "../helpers.js";
import { activations, geluTanh } from "../reference/activation.js";

let runtime: Runtime;
let checkGuards: () => void;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  checkGuards = guardMemory(runtime);
});
afterEach(() => checkGuards());
afterAll(() => runtime.close());

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
];
/** Nothing, less than a vector, vectors with and without a tail. */
const sizes = [0, 1, 3, 4, 5, 15, 16, 17, 1023];

describe.each(rows)("%s", (name, op, f, positive) => {
  const values = (n: number) =>
    normal(n, 5).map((v) => (positive ? Math.abs(v) + 0.25 : Math.abs(v) < 1e-3 ? 0.5 : v));

  test.each(sizes)("%i elements", (n) => {
    const x = tensor(values(n), [n], { runtime });
    // 2 ulp, the bound of the functions: test/lib/math.test.ts
    expectClose(op(x).data, Float64Array.from(x.data, f), 2.4e-7);
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

test("the gradient of relu at 0 is 0, and NaN passes through it", () => {
  const x = tensor([0, -0, NaN, 2], [4], { runtime, requiresGrad: true });
  const y = relu(x);
  expect([...y.data]).toEqual([0, 0, NaN, 2]);
  y.backward(ones([4], { runtime }));
  expect([...(x.grad?.data ?? [])]).toEqual([0, 0, 0, 1]);
});

test("gelu and silu of what is far out, and another approximation", () => {
  const values = [Infinity, 1e30, 100, 0, -100, -1e30, NaN];
  const x = tensor(values, [7], { runtime, requiresGrad: true });
  for (const op of [gelu, (x: Tensor) => gelu(x, { approximate: "tanh" }), silu]) {
    const y = op(x);
    y.backward(ones([7], { runtime }));
    const want = values.map((v) => Math.max(v, 0));
    // at most 6·P(z > 6) = 6e-9 off, and -1e30/(1 + e^87)
    want.forEach((v, i) => {
      if (v === Infinity || Number.isNaN(v)) expect(y.data[i]).toBe(v);
      else expect(Math.abs(y.data[i] - v)).toBeLessThanOrEqual(2e-8 * Math.max(1, v));
    });
    const slopes = [1, 1, 1, 0.5, 0, 0];
    const grad = x.grad?.data ?? [];
    slopes.forEach((v, i) => void expect(grad[i]).toBeCloseTo(v, 6));
    expect(grad[6]).toBe(Number.NaN);
    x.grad?.dispose();
    x.grad = null;
  }
  expect(() => gelu(x, { approximate: "erf" as "tanh" })).toThrow(
    'gelu: expected approximate to be "none" or "tanh", got erf',
  );
});
