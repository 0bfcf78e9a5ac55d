// Expected values made with PyTorch in float64 (test/golden), for weight parametrisations and for layers that combine
// norm and activation.
import { describe, expect, test } from "vitest";

import { dyt } from "../src/ops/norm/dyt.js";
import { evonormB0 } from "../src/ops/norm/evonorm-b0.js";
import { evonormS0 } from "../src/ops/norm/evonorm-s0.js";
import { frn } from "../src/ops/norm/frn.js";
import { spectralNorm } from "../src/ops/norm/spectral-norm.js";
import { weightLengths, weightNorm } from "../src/ops/norm/weight-norm.js";
import { weightStandardization } from "../src/ops/norm/weight-standardization.js";
import { type Tensor, tensor } from "../src/tensor.js";
import { goldenCases } from "./golden.js";
import { useRuntime } from "./helpers.js";

const runtime = await useRuntime({ variant: "simd", threads: 2 });

describe("weight_norm", () => {
  test.each(goldenCases("weight_norm", "weight_norm"))("$id $name", (golden) => {
    const { weight_v: v, weight_g: g, grad_weight } = golden.tensors(runtime);
    const dim = golden.attributes.dim as number | null;
    const weight = weightNorm(v, g, dim);
    weight.backward(grad_weight.detach());
    const [grad_weight_g, grad_weight_v] = [g.grad, v.grad];
    golden.compare({ weight, grad_weight_g, grad_weight_v, weight_g_init: weightLengths(v, dim) });
  });
});

describe("spectral_norm", () => {
  test.each(goldenCases("spectral_norm", "spectral_norm"))("$id $name", (golden) => {
    const a = golden.attributes as { dim: number; n_power_iterations: number; eps: number };
    const { training, calls } = golden.attributes as { training: boolean; calls: number };
    const { weight_orig, weight_u, weight_v, grad_weight } = golden.tensors(runtime);
    const [u, v] = [weight_u.detach(), weight_v.detach()];
    const iterations = training ? a.n_power_iterations : 0;
    const call = () => spectralNorm(weight_orig, u, v, { dim: a.dim, eps: a.eps, iterations });
    for (let i = 1; i < calls; i++) call().dispose();
    const weight = call();
    weight.backward(grad_weight.detach());
    const sigma = sigmaOf(weight_orig, weight);
    golden.compare({ weight, weight_u: u, weight_v: v, grad_weight_orig: weight_orig.grad, sigma });
  });

  /** The number that the weight was divided by. */
  const sigmaOf = (w: Tensor, divided: Tensor) => {
    const i = w.data.findIndex((value) => value !== 0);
    return tensor([i < 0 ? 0 : w.data[i] / divided.data[i]], [], { runtime });
  };
});

/** Output and gradients of the extra cases, by their names in the case. */
const extras: Record<string, (t: Record<string, Tensor>, a: Record<string, number>) => Tensor> = {
  WeightStandardization: ({ weight }, { eps }) =>
    weightStandardization(weight, { eps, epsInside: true, correction: 0 }),
  FRN: ({ input, gamma: weight, beta: bias, tau }, { eps }) =>
    frn(input, { weight, bias, tau, eps }),
  EvoNormB0: ({ input, gamma: weight, beta: bias, v }, { eps }) =>
    evonormB0(input, { v, weight, bias, eps, training: true }),
  EvoNormS0: ({ input, gamma: weight, beta: bias, v }, { eps, num_groups }) =>
    evonormS0(input, num_groups, { v, weight, bias, eps }),
  DyT: ({ input, alpha, gamma: weight, beta: bias }) => dyt(input, alpha, { weight, bias }),
};

describe("extras", () => {
  const cases = Object.keys(extras).flatMap((op) => goldenCases("extras", op));
  test("has a case of each", () => expect(cases.length).toBe(5));

  test.each(cases)("$id $name", (golden) => {
    const tensors = golden.tensors(runtime);
    const { grad_output, ...inputs } = tensors;
    const attributes = golden.attributes as Record<string, number>;
    const output = extras[golden.op](inputs, attributes);
    output.backward(grad_output);
    const gradients = Object.entries(inputs).map(([name, value]) => [`grad_${name}`, value.grad]);
    golden.compare({ output, ...Object.fromEntries(gradients) });
  });
});
