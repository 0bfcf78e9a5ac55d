// The layers of FRN, EvoNorm, DyT and Derf: names and first values of parameters, and that all reach the operation.
import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

type Row = [name: string, make: () => nn.Module, first: Record<string, number>];
const rows: Row[] = [
  ["FRN", () => new nn.FRN(4, { runtime }), { weight: 1, bias: 0, tau: 0 }],
  [
    "FRN, learned eps",
    () => new nn.FRN(4, { learnedEps: true, tlu: false, runtime }),
    { weight: 1, bias: 0, eps: Math.fround(1e-4) },
  ],
  ["EvoNormS0", () => new nn.EvoNormS0(4, { groups: 2, runtime }), { weight: 1, bias: 0, v: 1 }],
  [
    "EvoNormB0",
    () => new nn.EvoNormB0(4, { runtime }),
    { weight: 1, bias: 0, v: 1, running_var: 1 },
  ],
  ["DyT", () => new nn.DyT(4, { layout: "nchw", runtime }), { alpha: 0.5, weight: 1, bias: 0 }],
  [
    "Derf",
    () => new nn.Derf(4, { layout: "nchw", runtime }),
    { alpha: 0.5, weight: 1, bias: 0, shift: 0 },
  ],
];

describe.each(rows)("%s", (_, make, first) => {
  test("starts as its authors have it", () => {
    const state = [...make().stateDict()].map(([key, value]) => [key, value.data[0]]);
    expect(Object.fromEntries(state)).toEqual(first);
  });

  test("sends a gradient to every parameter, and evaluates", () => {
    const layer = make();
    const x = randomTensor(runtime, [3, 4, 5, 5], 1);
    const y = layer.forward(x);
    y.backward(randomTensor(runtime, y.shape, 2));
    for (const [key, parameter] of layer.namedParameters())
      expect(
        parameter.grad?.data.some((v) => v !== 0),
        key,
      ).toBe(true);
    const evaluated = layer.eval().forward(x);
    expect(evaluated.data.every(Number.isFinite)).toBe(true);
    if (layer instanceof nn.EvoNormB0) expect(evaluated.data).not.toEqual(y.data);
    else expect(evaluated.data).toEqual(y.data);
  });
});

test("EvoNormS0 refuses groups that do not divide its channels", () => {
  expect(() => new nn.EvoNormS0(6, { groups: 4, runtime })).toThrow("got 4 and 6");
});
