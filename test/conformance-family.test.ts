// Expected values made with PyTorch in float64 (test/golden), for the ops that are no layer of torch.nn or have no parameters.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adaIN } from "../src/ops/ada-in.js";
import { globalResponseNorm } from "../src/ops/global-response-norm.js";
import { localResponseNorm } from "../src/ops/local-response-norm.js";
import { normalize } from "../src/ops/normalize.js";
import { pixelNorm } from "../src/ops/pixel-norm.js";
import { scaleNorm } from "../src/ops/scale-norm.js";
import { createRuntime, type Runtime } from "../src/runtime/runtime.js";
import { sizeOf, type Tensor, tensor, tidy } from "../src/tensor.js";
import { goldenCases } from "./golden.js";
import { procedural } from "./helpers.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ variant: "simd", threads: 2 });
});
afterAll(() => runtime.close());

type Inputs = Record<string, Tensor>;
type Attributes = Record<string, never>;
type Op = (inputs: Inputs, attributes: Attributes) => Tensor;

const ops: [family: string, name: string, op: Op][] = [
  [
    "normalize",
    "normalize",
    ({ input }, { p, dim, eps }) => normalize(input, { p: Number(p), dim, eps }),
  ],
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
      output.backward(grad_output);
      const got: Record<string, Tensor | null> = { output };
      for (const [key, input] of Object.entries(inputs)) got[`grad_${key}`] = input.grad;
      compare(got);
    });
  });
});

test("normalize: long rows of made-up numbers, samples of the output", () => {
  const path = new URL("golden/procedural.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8"));
  const own = cases.filter(({ op }: { op: string }) => op === "normalize");
  expect(own.length).toBeGreaterThan(0);
  for (const { inputs, attributes, expected } of own) {
    const [{ shape, procedural: made }] = inputs;
    const x = tensor(procedural(sizeOf(shape), made), shape, { runtime });
    const y = normalize(x, attributes);
    const [{ indices, data, tolerance }] = expected;
    indices.forEach((at: number, i: number) => {
      const error = Math.abs(y.data[at] - data[i]);
      expect(error).toBeLessThanOrEqual(tolerance.atol + tolerance.rtol * Math.abs(data[i]));
    });
  }
});
