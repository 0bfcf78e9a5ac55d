// Every operation of the table of saved.test.ts is differentiated twice.
import { describe, expect, test } from "vitest";
import { grad } from "../../src/grad/grad.js";
import * as ops from "../../src/ops/index.js";
import { type AnyTensor, sizeOf, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { normal, randomTensor, useRuntime } from "../helpers.js";
import { type Call, type Input, table } from "../ops/saved-cases.js";
import { checkSecond, outputsOf } from "./second.js";
import { variants } from "./variants.js";

const runtime = await useRuntime();

/** Positive values suit square roots, logarithms, variances and shares alike. */
function made(input: Input, i: number, signed: boolean): AnyTensor {
  if ("integers" in input)
    return tensor(input.integers, [input.integers.length], { runtime }) as AnyTensor;
  const shape = "buffer" in input ? input.buffer : input;
  const drawn = normal(sizeOf(shape), 31 + i);
  const values = signed ? drawn : drawn.map((value) => Math.abs(value) + 0.5);
  return tensor(values, shape, { runtime });
}

const { image, four } = { image: [2, 4, 3, 3], four: [4] };
const buffer = (...shape: number[]) => ({ buffer: shape });
/** What moves its own constants along with the inputs, so that a difference is no derivative. */
const apart = ["batchRenorm", "spectralNorm"];
const own: typeof table = [
  [
    "batchRenorm",
    [image, four, four, buffer(4), buffer(4)],
    (x, weight, bias, runningMean, runningVar) =>
      ops.batchRenorm(x, {
        ...{ weight, bias, runningMean, runningVar, training: true, rMax: 1, dMax: 0 },
      }),
  ],
  [
    "spectralNorm",
    [[4, 3, 2], buffer(3), buffer(8)],
    (w, u, v) => ops.spectralNorm(w, u, v, { iterations: 0, dim: 1 }),
  ],
];
/** Ops that are differentiable once, and why. */
const once: Record<string, string> = {
  powerNorm: "its backward pass is an approximation",
};
const named = (name: string) => name.split(/[ ,]/)[0];
const rows = [
  ...table.filter(([name]) => !apart.includes(named(name)) && !(named(name) in once)),
  ...own,
];

/** The parameters of a row, and the call with its buffers as they were. */
function prepared(inputs: readonly Input[], call: Call, signed: boolean) {
  const all = inputs.map((input, i) => made(input, i, signed));
  const parameters = all.filter((_, i) => Array.isArray(inputs[i])) as Tensor[];
  const buffers = all.filter((_, i) => !Array.isArray(inputs[i]) && "buffer" in inputs[i]);
  const state = buffers.map((t) => t.toArray());
  const op = () => {
    buffers.forEach((t, i) => {
      t.elements.set(state[i] as never);
    });
    return call(...all);
  };
  for (const parameter of parameters) parameter.requiresGrad = true;
  return { op, parameters };
}

/** One of each kind of rule. */
const thrice = [
  ...["div", "gelu", "gelu tanh", "softmax", "matmul batch", "conv2d"],
  ...["avgPool2d padding", "maxPool2d padding, dilation", "embedding of twice the same row"],
  ...["crossEntropy", "scaledDotProductAttention", "batchNorm of a mask", "frn"],
  ...["batchNorm gelu", "layerNorm gelu", "derf", "switchableNorm", "positionalNorm", "weightNorm"],
];

describe("second derivatives", () => {
  const all = [
    ...rows.map((row) => [...row, false] as const),
    ...variants.map((row) => [...row, true] as const),
  ];
  test.each(all)("%s", (_, inputs, call, signed) => {
    tidy(() => {
      const { op, parameters } = prepared(inputs, call, signed);
      const { tensors } = runtime.stats();
      checkSecond(op, parameters);
      expect(runtime.stats().tensors).toBe(tensors);
    });
  });

  test.each(all.filter(([name]) => thrice.includes(name)))(
    "of gradients: %s",
    (_, inputs, call, signed) => {
      tidy(() => {
        const { op, parameters } = prepared(inputs, call, signed);
        const gradients = () => {
          const outputs = outputsOf(op());
          const gradOutputs = outputs.map((y, i) => randomTensor(runtime, y.shape, 300 + i));
          return grad(outputs, parameters, { gradOutputs, createGraph: true });
        };
        checkSecond(gradients, parameters, 5e-3);
      });
    },
  );

  test.each(table.filter(([name]) => named(name) in once))(
    "%s: refused by name",
    (_, inputs, call) => {
      tidy(() => {
        const given = inputs.map((input, i) => made(input, i, true));
        given[0].requiresGrad = true;
        const y = call(...given) as Tensor;
        const { tensors } = runtime.stats();
        const twice = () => ops.sum(y).backward(undefined, { createGraph: true });
        expect(twice).toThrow(/^grad: powerNorm has no second derivative \(createGraph\)$/);
        expect([given[0].grad, runtime.stats().tensors - tensors]).toEqual([null, 1]);
        ops.sum(y).backward();
        expect(given[0].grad).not.toBeNull();
      });
    },
  );
});
