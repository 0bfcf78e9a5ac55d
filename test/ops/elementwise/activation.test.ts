import { describe, expect, test } from "vitest";
import type { Activation } from "../../../src/ops/elementwise/activation.js";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { addLayerNorm, layerNorm } from "../../../src/ops/norm/layer-norm.js";
import { addRMSNorm, rmsNorm } from "../../../src/ops/norm/rms-norm.js";
import { type Tensor, zeros } from "../../../src/tensor.js";
import { expectClose, expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import { activations } from "../../reference/activation.js";
import { rowSets } from "../../reference/layer-norm.js";
import { forward } from "../../reference/sets.js";

const runtime = await useRuntime();

const eps = 1e-5;
const shapes: [shape: number[], why: string][] = [
  [[3, 3], "less than a vector"],
  [[4, 17], "a tail"],
  [[2, 1030], "more than a piece of 1024"],
  [[20, 5], "blocks of several rows"],
];

describe.each(["relu", "gelu", "silu"] as Activation[])("norm and %s in one pass", (activation) => {
  const f = activations[activation];

  test.each(shapes)("layerNorm %j: %s", (shape) => {
    const cols = shape[1];
    const inputs = [shape, [cols], [cols]].map((s, i) => randomTensor(runtime, s, 31 + i));
    const op = (x: Tensor, weight: Tensor, bias: Tensor) =>
      layerNorm(x, [cols], { weight, bias, eps, activation });
    const oracle = (x: Float64Array, weight: Float64Array, bias: Float64Array) =>
      forward(x, rowSets(x.length, cols), { weight, bias, eps }).map(f);
    const values = inputs.map((input) => Float64Array.from(input.data));
    expectClose(
      op(...(inputs as [Tensor, Tensor, Tensor])).toArray(),
      oracle(...(values as [Float64Array, Float64Array, Float64Array])),
      2e-6,
    );
    if (cols < 100)
      gradcheck(
        op as (...t: Tensor[]) => Tensor,
        oracle as (...v: Float64Array[]) => Float64Array,
        inputs,
      );
  });

  test("the weight's gradient alone, and rmsNorm without parameters", () => {
    const [rows, cols] = [6, 10];
    const x = randomTensor(runtime, [rows, cols], 1);
    gradcheck(
      (weight) => layerNorm(x, [cols], { weight, eps, activation }),
      (weight) => forward(Float64Array.from(x.data), rowSets(60, cols), { weight, eps }).map(f),
      [randomTensor(runtime, [cols], 2)],
    );
    gradcheck(
      (x) => rmsNorm(x, [cols], { eps, activation }),
      (x) => forward(x, rowSets(60, cols), { eps, centre: false }).map(f),
      [x],
    );
  });

  test("one long row, in parts, is as the norm and then the activation", () => {
    const x = randomTensor(runtime, [1, 40001], 3);
    const want = forward(Float64Array.from(x.data), rowSets(40001, 40001), { eps }).map(f);
    expectClose(layerNorm(x, [40001], { eps, activation }).toArray(), want, 2e-6);
  });

  test("the same bits for any number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [400, 70], 1, true);
      const y = layerNorm(x, [70], { activation });
      y.backward(randomTensor(runtime, y.shape, 2));
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });
});

describe("residual and norm in one pass", () => {
  const both = [
    ["addLayerNorm", addLayerNorm, true],
    ["addRMSNorm", addRMSNorm, false],
  ] as const;

  test.each(both)("%s", (_, op, centre) => {
    for (const [shape] of [...shapes, [[1, 40001]] as const]) {
      const cols = shape[1];
      const [x, residual] = [1, 2].map((seed) => randomTensor(runtime, shape, seed));
      const { output, sum } = op(x, residual, [cols], { eps });
      const h = Float64Array.from(x.data, (v, i) => Math.fround(v + residual.data[i]));
      expect(Float64Array.from(sum.data)).toEqual(h);
      expectClose(output.data, forward(h, rowSets(h.length, cols), { eps, centre }), 2e-6);
    }
  });

  test.each(both)("%s: gradients through both results", (_, op, centre) => {
    const norm = (x: Float64Array, residual: Float64Array, weight: Float64Array) => {
      const h = x.map((v, i) => v + residual[i]);
      const y = forward(h, rowSets(h.length, 7), { eps, centre, weight }).map(activations.silu);
      return y.map((v, i) => v * h[i]);
    };
    gradcheck(
      (x, residual, weight) => {
        const { output, sum } = op(x, residual, [7], { eps, weight, activation: "silu" });
        return mul(output, sum);
      },
      norm,
      [[5, 7], [5, 7], [7]].map((shape, i) => randomTensor(runtime, shape, 41 + i)),
    );
  });

  test("the same bits for any number of threads, and as add and then the norm", async () => {
    await expectSameBits((runtime) => {
      const [x, residual] = [1, 2].map((seed) => randomTensor(runtime, [300, 70], seed, true));
      const { output, sum } = addLayerNorm(x, residual, [70]);
      output.backward(randomTensor(runtime, output.shape, 3));
      expect(output.toArray()).toEqual(layerNorm(sum, [70]).toArray());
      return [output, sum, x.grad as Tensor, residual.grad as Tensor].map((t) => t.toArray());
    });
  });

  test("no rows", () => {
    const { output, sum } = addLayerNorm(
      zeros([0, 4], { runtime }),
      zeros([0, 4], { runtime }),
      [4],
    );
    expect([output.shape, sum.shape]).toEqual([
      [0, 4],
      [0, 4],
    ]);
  });

  test("refuses another shape and another activation", () => {
    const x = randomTensor(runtime, [2, 3], 1);
    expect(() => addLayerNorm(x, randomTensor(runtime, [3], 2), [3])).toThrow(
      "addLayerNorm: expected residual of shape [2, 3], got [3]",
    );
    expect(() => addLayerNorm(x, null as unknown as Tensor, [3])).toThrow(TypeError);
    expect(() => layerNorm(x, [3], { activation: "tanh" as Activation })).toThrow(
      "layerNorm: expected activation to be one of relu, gelu, silu, got tanh",
    );
    expect(() => rmsNorm(x, [3], { activation: "relu", partial: 0.5 })).toThrow(RangeError);
  });
});
