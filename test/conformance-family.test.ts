// Expected values made with PyTorch in float64 (test/golden), for ops that are no layer of torch.nn or have no
// parameters.
import { describe, test } from "vitest";

import { adaIN } from "../src/ops/norm/ada-in.js";
import { globalResponseNorm } from "../src/ops/norm/global-response-norm.js";
import { localResponseNorm } from "../src/ops/norm/local-response-norm.js";
import { normalize } from "../src/ops/norm/normalize.js";
import { pixelNorm } from "../src/ops/norm/pixel-norm.js";
import { scaleNorm } from "../src/ops/norm/scale-norm.js";
import { type Tensor, tidy } from "../src/tensor.js";
import { goldenCases } from "./golden.js";
import { useRuntime } from "./helpers.js";

const runtime = await useRuntime({ variant: "simd", threads: 2 });

type Inputs = Record<string, Tensor>;
type Attributes = Record<string, never>;
type Op = (inputs: Inputs, attributes: Attributes) => Tensor;

const normalized: Op = ({ input }, { p, dim, eps }) =>
  normalize(input, { p: p === undefined ? p : Number(p), dim, eps });

const ops: [family: string, name: string, op: Op][] = [
  ["normalize", "normalize", normalized],
  ["procedural", "normalize", normalized],
  [
    "local_response_norm",
    "local_response_norm",
    ({ input }, { size, ...o }) => localResponseNorm(input, size, o),
  ],
  [
    "extras",
    "GRN",
    ({ input, gamma, beta }, { eps }) =>
      globalResponseNorm(input, gamma, beta, { eps, layout: "nhwc" }),
  ],
  ["extras", "AdaIN", ({ input, style }, { eps }) => adaIN(input, style, { eps })],
  ["extras", "PixelNorm", ({ input }, { eps }) => pixelNorm(input, { eps })],
  ["extras", "ScaleNorm", ({ input, g }, { eps }) => scaleNorm(input, g, { eps })],
];

describe.each(ops)("%s: %s", (family, name, op) => {
  test.each(goldenCases(family, name))("$id $name", ({ attributes, tensors, compare }) => {
    tidy(() => {
      const { grad_output, ...inputs } = tensors(runtime);
      const output = op(inputs, attributes as Attributes);
      if (grad_output) output.backward(grad_output);
      const got: Record<string, Tensor | null> = { output };
      for (const [key, input] of Object.entries(inputs)) got[`grad_${key}`] = input.grad;
      compare(got);
    });
  });
});
