// Gradient penalties that PyTorch computed in float64 (test/golden/second_order.json).
import { expect, test } from "vitest";
import { grad } from "../../src/grad/grad.js";
import * as ops from "../../src/ops/index.js";
import { type Tensor, tidy } from "../../src/tensor.js";
import { goldenCases } from "../golden.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

type Through = (input: Tensor, weight: Tensor, bias: Tensor) => Tensor;

/** What the penalty is taken through, by the name in the file. */
const functions: Record<string, Through> = {
  "batch_norm training": (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true }),
  // of the square, for the norm alone is linear; by the running statistics of a new layer
  "batch_norm eval": (x, weight, bias) => {
    const [runningMean, runningVar] = [0, 1].map((v) => ops.add(ops.mul(weight.detach(), 0), v));
    return ops.batchNorm(ops.mul(x, x), { weight, bias, runningMean, runningVar });
  },
  instance_norm: (x, weight, bias) => ops.instanceNorm(x, { weight, bias }),
  layer_norm: (x, weight, bias) => ops.layerNorm(x, x.shape.slice(1), { weight, bias }),
  "group_norm 2 groups": (x, weight, bias) => ops.groupNorm(x, 2, { weight, bias }),
  rms_norm: (x, weight) => ops.rmsNorm(x, x.shape.slice(1), { weight, eps: 1e-5 }),
  "linear + layer_norm + tanh": (x, weight) =>
    ops.tanh(ops.layerNorm(ops.linear(x, weight), [weight.shape[0]])),
  "conv2d + instance_norm + silu": (x, weight) =>
    ops.silu(ops.instanceNorm(ops.conv2d(x, weight, { padding: 1 }))),
  softmax: (x) => ops.softmax(x),
  "gelu * sigmoid": (x) => ops.mul(ops.gelu(x), ops.sigmoid(x)),
  "matmul with itself": (x) => ops.matmul(x, ops.transpose(x, 1, 2)),
};

const cases = goldenCases("second_order");

test("there are cases", () => expect(cases.length).toBe(11));

test.each(cases)("$id $name", ({ attributes, tensors, compare }) => {
  tidy(() => {
    const { input, weight, bias, v } = tensors(runtime);
    const y = functions[attributes.through as string](input, weight, bias);
    const [g] = grad(y, input, { gradOutputs: v, createGraph: true }) as [Tensor];
    const axes = input.shape.map((_, i) => i).slice(1);
    const off = ops.sub(ops.sqrt(ops.sum(ops.mul(g, g), axes)), 1);
    const penalty = ops.mean(ops.mul(off, off));
    penalty.backward();
    const grads = { grad_input: input.grad, grad_weight: weight?.grad, grad_v: v.grad };
    compare({ grad: g, penalty, ...grads });
  });
});
