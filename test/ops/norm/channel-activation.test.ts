import { describe, expect, test } from "vitest";
import { type Activation, activate } from "../../../src/ops/elementwise/activation.js";
import { type BatchNormOptions, batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { groupNorm } from "../../../src/ops/norm/group-norm.js";
import { instanceNorm } from "../../../src/ops/norm/instance-norm.js";
import { ones, type Shape, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import { activations } from "../../reference/activation.js";
import { batchNormSets } from "../../reference/batch-norm.js";
import { groupNormSets } from "../../reference/group-norm.js";
import { instanceNormSets } from "../../reference/instance-norm.js";
import { forward, type Sets } from "../../reference/sets.js";

const runtime = await useRuntime();

type Options = Pick<BatchNormOptions, "weight" | "bias" | "activation" | "layout">;
const statistics = (x: Tensor, options: Options) => {
  const channels = x.shape[options.layout === "nhwc" ? x.shape.length - 1 : 1];
  const on = { runtime: x.runtime };
  return { runningMean: zeros([channels], on), runningVar: ones([channels], on) };
};
const constant = { mean: [0, 0, 0, 0, 0, 0], variance: [1, 1, 1, 1, 1, 1] };
const norms: [
  name: string,
  op: (x: Tensor, options: Options) => Tensor,
  sets: (shape: Shape) => Sets,
  given?: typeof constant,
][] = [
  ["batchNorm", (x, o) => batchNorm(x, { ...o, training: true }), batchNormSets],
  [
    "batchNorm by running statistics",
    (x, o) => batchNorm(x, { ...o, ...statistics(x, o) }),
    batchNormSets,
    constant,
  ],
  ["instanceNorm", instanceNorm, instanceNormSets],
  ["groupNorm", (x, o) => groupNorm(x, 2, o), (shape) => groupNormSets(shape, 2)],
];

/** The sets of [N, C, ...] for x in the layout [N, ..., C]. */
function turned(sets: Sets, [, channels, ...space]: Shape): Sets {
  const length = space.reduce((a, b) => a * b, 1);
  const first = (i: number) => {
    const n = Math.floor(i / (channels * length));
    const position = Math.floor(i / channels) % length;
    return (n * channels + (i % channels)) * length + position;
  };
  const { count, parameters } = sets;
  const setOf = (i: number) => sets.setOf(first(i));
  return { count, parameters, setOf, parameterOf: (i) => sets.parameterOf(first(i)) };
}

describe.each(["relu", "gelu", "silu"] as Activation[])("%s in the pass of", (activation) => {
  const f = activations[activation];

  describe.each(norms)("%s", (_, op, setsOf, constant) => {
    test.each(["nchw", "nhwc"] as const)("%s: against float64", (layout) => {
      const shape = [2, 6, 3, 3];
      const own = layout === "nchw" ? shape : [2, 3, 3, 6];
      const sets = layout === "nchw" ? setsOf(shape) : turned(setsOf(shape), shape);
      const inputs = [own, [6], [6]].map((of, i) => randomTensor(runtime, of, 31 + i));
      const oracle = (x: Float64Array, weight?: Float64Array, bias?: Float64Array) =>
        forward(x, sets, { weight, bias, eps: 1e-5, constant }).map(f);
      const values = inputs.map((input) => Float64Array.from(input.data));
      const [x, weight, bias] = inputs;
      const y = op(x, { weight, bias, activation, layout });
      expectClose(y.data, oracle(values[0], values[1], values[2]), 2e-6);
      gradcheck(
        (x, weight, bias) => op(x, { weight, bias, activation, layout }),
        (x, weight, bias) => oracle(x, weight, bias),
        inputs,
      );
      gradcheck(
        (x) => op(x, { activation, layout }),
        (x) => oracle(x),
        [randomTensor(runtime, own, 31)],
      );
      gradcheck(
        (weight) => op(randomTensor(runtime, own, 31), { weight, activation, layout }),
        (weight) => oracle(values[0], weight),
        [randomTensor(runtime, [6], 32)],
      );
    });

    test.each([
      ["nchw", [2, 6, 70, 70], "planes of more than a piece; batch norm in steps"],
      ["nchw", [1, 2, 160, 160], "few sets: parts of planes"],
      ["nhwc", [2, 70, 70, 6], "parts of the rows"],
      ["nhwc", [2, 9, 7, 300], "more than a block of columns"],
    ] as const)("%s %j: as one after the other (%s)", (layout, shape, _why) => {
      const channels = layout === "nchw" ? shape[1] : shape[3];
      const dy = randomTensor(runtime, [...shape], 2);
      const run = (apply: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor) => {
        const inputs = [[...shape], [channels], [channels]].map((of, i) =>
          randomTensor(runtime, of, 5 + i, true),
        );
        const y = apply(inputs[0], inputs[1], inputs[2]);
        y.backward(dy);
        return [y, ...inputs.map((input) => input.grad as Tensor)].map((t) => t.toArray());
      };
      const got = run((x, weight, bias) => op(x, { weight, bias, activation, layout }));
      const want = run((x, weight, bias) => activate(activation, op(x, { weight, bias, layout })));
      expect(got[0].every((v, i) => v === want[0][i])).toBe(true);
      // The derivative of the activation may be rounded once more or once less.
      got.forEach((values, i) => {
        expectClose(values, want[i], 2e-6, `result ${i}`);
      });
    });

    test.each(["nchw", "nhwc"] as const)("%s: the same bits on any number of threads", (layout) =>
      expectSameBits((runtime) => {
        const x = randomTensor(runtime, [3, 40, 40, 10], 1, true);
        const y = op(x, { activation, layout });
        y.backward(randomTensor(runtime, y.shape, 2));
        return [y.toArray(), x.grad?.toArray() ?? []];
      }),
    );

    test("hard input: large numbers and none", () => {
      for (const data of [normal(48, 1, 1e20), normal(48, 1, 1e-30), new Float32Array(48)]) {
        const x = tensor(data, [2, 4, 6], { runtime, requiresGrad: true });
        const y = op(x, { activation });
        const given = constant && { mean: constant.mean, variance: constant.variance };
        const want = forward(Float64Array.from(data), setsOf(x.shape), {
          eps: 1e-5,
          constant: given,
        });
        expectClose(y.data, want.map(f), 1e-5);
        y.backward(randomTensor(runtime, y.shape, 3));
        expect(x.grad?.data.every(Number.isFinite)).toBe(true);
      }
    });
  });
});

describe.each(["nchw", "nhwc"] as const)("far from 0, %s", (layout) => {
  const shape = layout === "nchw" ? [2, 6, 3, 3] : [2, 3, 3, 6];
  const at = { runningMean: 0, runningVar: 1 };
  const given = () => ({
    runningMean: tensor(new Float32Array(6).fill(at.runningMean), [6], { runtime }),
    runningVar: tensor(new Float32Array(6).fill(at.runningVar), [6], { runtime }),
  });

  test.each(["relu", "gelu", "silu"] as const)("%s is 0 or x, its slope 0 or 1", (activation) => {
    const far = [-Infinity, -1e30, -1e10, -200, 200, 1e10, 1e30, Infinity];
    const values = Float32Array.from({ length: 108 }, (_, i) => far[(i * 5) % 8]);
    const x = tensor(values, shape, { runtime, requiresGrad: true });
    const y = batchNorm(x, { ...given(), eps: 0, activation, layout });
    y.backward(tensor(new Float32Array(108).fill(1e10), shape, { runtime }));
    expect(Array.from(y.data, (v) => v + 0)).toEqual(Array.from(values, (v) => Math.max(v, 0)));
    const want = Array.from(values, (v) => (v > 0 ? Math.fround(1e10) : 0));
    expect(Array.from(x.grad?.data ?? [], (v) => v + 0)).toEqual(want);
  });

  test("NaN passes the gradient of a ReLU", () => {
    const values = normal(108, 1).map((v, i) => (i % 7 ? v : NaN));
    const x = tensor(values, shape, { runtime, requiresGrad: true });
    batchNorm(x, { ...given(), eps: 0, activation: "relu", layout }).backward(
      ones(shape, { runtime }),
    );
    const want = Array.from(values, (v) => (v <= 0 ? 0 : 1));
    expect([...(x.grad?.data ?? [])]).toEqual(want);
  });
});

test("refuses another activation; padding of a mask stays 0", () => {
  const x = randomTensor(runtime, [2, 4, 6], 1);
  const activation = "tanh" as Activation;
  for (const [name, op] of [
    ["batchNorm", () => batchNorm(x, { activation, training: true })],
    ["instanceNorm", () => instanceNorm(x, { activation })],
    ["groupNorm", () => groupNorm(x, 2, { activation })],
  ] as const)
    expect(op).toThrow(`${name}: expected activation to be one of relu, gelu, silu, got tanh`);
  const mask = tensor([1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1], [2, 6], { runtime, dtype: "uint8" });
  const masked = batchNorm(x, { training: true, mask, activation: "gelu" });
  const after = activate("gelu", batchNorm(x, { training: true, mask }));
  expect(masked.toArray()).toEqual(after.toArray());
});
