import { describe, expect, test } from "vitest";
import { activate } from "../../../src/ops/elementwise/activation.js";
import { linear } from "../../../src/ops/product/linear.js";
import { sizeOf, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import { expectClose, expectSameBits, normal, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/linear.js";

/** The tolerance of matmul: blocks of 256 products are summed in float32. */
const TOLERANCE = 1e-6;

const runtime = await useRuntime();

const cases: [batch: number[], k: number, n: number, why: string][] = [
  [[], 3, 2, "a single vector"],
  [[1], 512, 10, "the classifier of one image"],
  [[64], 512, 10, "the classifier of a batch"],
  [[2, 3], 5, 4, "two leading dimensions"],
  [[7], 1, 1, "one feature"],
  [[5], 9, 17, "one more than a tile"],
  [[1600], 33, 7, "many rows: the gradient of the weight is cut into parts"],
  [[0], 4, 3, "no rows: zero gradients"],
  [[3], 0, 2, "no features: the bias"],
  [[3], 2, 0, "no outputs"],
];

describe("linear", () => {
  test.each(cases)("%j × %i → %i: %s", (batch, k, n) => {
    const m = sizeOf(batch);
    const x = randomTensor(runtime, [...batch, k], 1, true);
    const weight = randomTensor(runtime, [n, k], 2, true);
    const bias = randomTensor(runtime, [n], 3, true);
    const y = linear(x, weight, bias);
    const dy = normal(m * n, 4);
    y.backward(tensor(dy, y.shape, { runtime }));
    const want = reference.linearBackward(dy, x.data, weight.data, m, n, k);
    expect(y.shape).toEqual([...batch, n]);
    const output = reference.linear(x.data, weight.data, bias.data, m, n, k);
    expectClose(y.data, output, TOLERANCE, "y");
    expectClose(x.grad?.data ?? [], want.dx, TOLERANCE, "dx");
    expectClose(weight.grad?.data ?? [], want.dWeight, TOLERANCE, "dWeight");
    expectClose(bias.grad?.data ?? [], want.dBias, TOLERANCE, "dBias");
    const plain = reference.linear(x.data, weight.data, null, m, n, k);
    expectClose(linear(x, weight).toArray(), plain, TOLERANCE, "without bias");
  });

  test.each(goldenCases("support", "linear"))("golden: $name ($id)", (golden) => {
    const { input, weight, bias, grad_output } = golden.tensors(runtime);
    const y = linear(input, weight, bias);
    y.backward(grad_output);
    golden.compare({
      output: y,
      grad_input: input.grad,
      grad_weight: weight.grad,
      grad_bias: bias?.grad,
    });
  });

  test("the same bits on any number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [3000, 50], 1, true);
      const weight = randomTensor(runtime, [90, 50], 2, true);
      const bias = randomTensor(runtime, [90], 3, true);
      const y = linear(x, weight, bias);
      y.backward(randomTensor(runtime, y.shape, 4));
      return [y, x.grad, weight.grad, bias.grad].map((t) => t?.toArray() ?? []);
    });
  });

  test("with an activation behind it, as a step of its own", () => {
    const [x, weight, bias] = [[5, 7], [9, 7], [9]].map((shape, i) =>
      randomTensor(runtime, shape, i),
    );
    const plain = linear(x, weight, bias);
    for (const activation of ["relu", "gelu", "silu"] as const) {
      const y = linear(x, weight, bias, { activation });
      expect(y.data).toEqual(activate(activation, plain).toArray());
    }
    const wrong = { activation: "elu" as never };
    expect(() => linear(x, weight, bias, wrong)).toThrow(
      "linear: expected activation to be one of relu, gelu, silu, got elu",
    );
  });

  test("refuses what does not fit", () => {
    const t = (...shape: number[]) => zeros(shape, { runtime });
    expect(() => linear(t(4, 5), t(3, 6))).toThrow(
      "linear: expected input of shape [..., 6], got [4, 5]",
    );
    expect(() => linear(t(), t(3, 6))).toThrow(RangeError);
    expect(() => linear(t(4, 6), t(6))).toThrow("expected weight of shape [out, in], got [6]");
    expect(() => linear(t(4, 6), t(3, 6), t(6))).toThrow(
      "linear: expected bias of shape [3], got [6]",
    );
    expect(() => linear([1] as never, t(3, 6))).toThrow(TypeError);
  });
});
