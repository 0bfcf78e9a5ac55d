// The tests that every method must pass: forward and all gradients against a float64 oracle, hard input, and threads.
import { describe, expect, test } from "vitest";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectClose, expectSameBits, gradcheck, normal, randomTensor } from "../helpers.js";

export interface Method {
  runtime: () => Runtime;
  op: (...inputs: Tensor[]) => Tensor;
  /** The definition of `op` in float64. `shape` is that of the first input. */
  oracle: (shape: Shape, ...inputs: Float64Array[]) => Float64Array;
  /** The shapes of the inputs, with the normalised input first, and the reason for the row. */
  cases: [shapes: Shape[], why: string][];
  /** Shapes that are large enough for several threads. */
  large: Shape[];
  /** Shapes for hard input. Methods without statistics have none. */
  hard?: Shape[];
}

/** Input for which other libraries return NaN, zeros or noise. */
const hardInputs: [name: string, make: (n: number) => Float32Array][] = [
  ["40000 … 40003", (n) => Float32Array.from({ length: n }, (_, i) => 40000 + (i % 4))],
  ["constant 1234", (n) => new Float32Array(n).fill(1234)],
  ["1449 and a fraction", (n) => normal(n, 1, 0.1, 1449)],
  ["100 + 0.01·N(0, 1)", (n) => normal(n, 2, 0.01, 100)],
  ["1e6 ± 1e-3", (n) => normal(n, 3, 1e-3, 1e6)],
  ["1e7 ± 1e-2", (n) => normal(n, 4, 1e-2, 1e7)],
  ["±1e20", (n) => Float32Array.from({ length: n }, (_, i) => (i % 3 ? 1e20 : -1e20))],
  ["subnormal", (n) => normal(n, 5, 1e-41)],
  ["zeros", (n) => new Float32Array(n)],
];

const random = (runtime: Runtime, shapes: Shape[]) =>
  shapes.map((shape, i) => randomTensor(runtime, shape, 21 + i));

const oracleOf = (m: Method, inputs: Tensor[]) =>
  m.oracle(inputs[0].shape, ...inputs.map((input) => Float64Array.from(input.data)));

/** Defines the tests that are the same for every method. */
export function describeMethod(name: string, m: Method): void {
  describe(name, () => {
    test.each(m.cases)("%j: %s", (shapes) => {
      const inputs = random(m.runtime(), shapes);
      expectClose(m.op(...inputs).toArray(), oracleOf(m, inputs), 2e-6, "output");
      const oracle = (...values: Float64Array[]) => m.oracle(shapes[0], ...values);
      gradcheck(m.op, oracle, inputs);
    });

    if (m.hard) {
      test.each(hardInputs)("%s", (_, make) => {
        const [shape, ...rest] = m.hard ?? [];
        const x = tensor(make(sizeOf(shape)), shape, { runtime: m.runtime(), requiresGrad: true });
        const inputs = [x, ...random(m.runtime(), rest)];
        const y = m.op(...inputs);
        expectClose(y.data, oracleOf(m, inputs), 1e-5, "output");
        y.backward(randomTensor(m.runtime(), y.shape, 6));
        expect(x.grad?.data.every(Number.isFinite)).toBe(true);
      });
    }

    test("the backward pass leaves nothing behind but gradients", () => {
      const runtime = m.runtime();
      const inputs = random(runtime, m.cases[0][0]);
      for (let wanted = 0; wanted < inputs.length; wanted++) {
        for (const [i, input] of inputs.entries()) input.requiresGrad = i === wanted;
        const before = runtime.stats().tensors;
        tidy(() => {
          const y = m.op(...inputs);
          y.backward(randomTensor(runtime, y.shape, 7));
        });
        expect(inputs.map((input) => input.grad !== null)).toEqual(
          inputs.map((_, i) => i === wanted),
        );
        inputs[wanted].grad?.dispose();
        inputs[wanted].grad = null;
        expect(runtime.stats().tensors).toBe(before);
      }
    });

    test("the same bits for any number of threads", async () => {
      await expectSameBits((runtime) => {
        const inputs = random(runtime, m.large);
        for (const input of inputs) input.requiresGrad = true;
        const y = m.op(...inputs);
        y.backward(randomTensor(runtime, y.shape, 7));
        return [y, ...inputs.map((input) => input.grad as Tensor)].map((t) => t.toArray());
      });
    });
  });
}
