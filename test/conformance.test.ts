// Expected values made with PyTorch in float64 (test/golden). Every case of the five norms goes through the layers and
// must be within `tolerance`. The test prints how many tensors meet `strict`, the tolerance of float64 sums and an
// unrounded mean.
import { afterAll, describe, expect, test } from "vitest";

import type { Module } from "../src/nn/module.js";
import * as layers from "../src/nn/norm.js";
import { batchNorm } from "../src/ops/norm/batch-norm.js";
import { type AnyTensor, type Tensor, tidy, zeros } from "../src/tensor.js";
import { goldenCases, goldenJson, mismatch, outputName } from "./golden.js";
import { useRuntime } from "./helpers.js";

type Case = ReturnType<typeof goldenCases>[number];
type Attributes = Record<string, number & number[] & boolean>;
type Tensors = Record<string, AnyTensor>;

const runtime = await useRuntime({ variant: "simd", threads: 2 });
afterAll(() => {
  console.log(`conformance: ${strict.met} of ${strict.of} tensors within the strict tolerance`);
});

const strict = { met: 0, of: 0 };

type Tracking = new (n: number, o: layers.TrackingNormOptions) => Module;
/** The layer of a case, with PyTorch's defaults. Cases without a dimension (procedural) have NCHW inputs. */
function layerOf({ op, attributes }: Pick<Case, "op" | "attributes">, channels: number): Module {
  const a = attributes as Attributes;
  const { eps, affine } = a;
  const row = { eps, elementwiseAffine: a.elementwise_affine, runtime };
  if (op === "LayerNorm") return new layers.LayerNorm(a.normalized_shape, row);
  if (op === "RMSNorm") return new layers.RMSNorm(a.normalized_shape, row);
  if (op === "GroupNorm") {
    return new layers.GroupNorm(a.num_groups, a.num_channels ?? channels, { eps, affine, runtime });
  }
  const name = /\d/.test(op) ? op : `${op}2d`;
  const Layer = new Map<string, unknown>(Object.entries(layers)).get(name) as Tracking;
  const batch = op.startsWith("Batch");
  return new Layer(a.num_features ?? channels, {
    eps,
    momentum: a.momentum,
    affine: affine ?? batch,
    trackRunningStats: a.track_running_stats ?? batch,
    runtime,
  });
}

const STATE = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

/** Outputs and gradients, by their names in the case. */
function run(c: Pick<Case, "op" | "attributes">, inputs: Tensors): Tensors {
  const first = Object.keys(inputs).find((name) => name.startsWith("input")) ?? "";
  const layer = layerOf(c, inputs[first].shape[1]);
  const given = STATE.filter((name) => name in inputs).map((name) => [name, inputs[name]] as const);
  layer.loadStateDict(new Map(given), { strict: false });
  if (c.attributes.training === false) layer.eval();
  for (const parameter of layer.parameters()) parameter.requiresGrad = true;
  const got: Tensors = {};
  for (const name of Object.keys(inputs).filter((name) => name.startsWith("input"))) {
    if (name === "input.eval") layer.eval();
    const x = inputs[name] as Tensor;
    x.requiresGrad = "grad_output" in inputs;
    const y = layer.forward(x);
    got[name.replace("input", "output")] = y.detach();
    if (!x.requiresGrad) continue;
    y.backward(inputs.grad_output as Tensor);
    got.grad_input = x.grad as Tensor;
    for (const [key, parameter] of layer.namedParameters())
      got[`grad_${key}`] = parameter.grad as Tensor;
  }
  for (const [key, value] of layer.stateDict()) got[key] ??= value;
  return got;
}

/**
 * The class of the article. Its running_var moves towards the biased variance: that is the variance of training, made
 * smaller.
 */
function runBiased(c: Case, inputs: Record<string, Tensor>): Tensors {
  const { input, gamma: weight, beta: bias, ...running } = inputs;
  const [running_mean, running_var] = [running.running_mean.detach(), running.running_var.detach()];
  const { eps, momentum } = c.attributes as Attributes;
  const options = { weight, bias, eps, momentum, runningMean: running_mean };
  const old = running_var.toArray();
  const output = batchNorm(input, { ...options, runningVar: running_var, training: true });
  const n = input.size / input.shape[1];
  running_var.data.forEach((v, i) => {
    const unbiased = (v - (1 - momentum) * old[i]) / momentum;
    running_var.data[i] = (1 - momentum) * old[i] + (momentum * unbiased * (n - 1)) / n;
  });
  const evaluated = batchNorm(input, { ...options, runningVar: running_var });
  return { output, running_mean, running_var, "output.eval": evaluated };
}

const families = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "rms_norm"];
const cases = [...families, "procedural"]
  .flatMap((family) => goldenCases(family))
  .filter(({ op }) => op !== "normalize");

describe("golden values", () => {
  test.each(cases)("$id $name", (c) => {
    tidy(() => {
      const inputs = c.tensors(runtime);
      const got = c.op === "CustomBatchNorm" ? runBiased(c, inputs) : run(c, inputs);
      c.compare(got);
      for (const want of c.expected) {
        if (!want.strict) continue;
        strict.of++;
        const missed = mismatch(got[outputName(want)], want, want.strict);
        if (missed === null) strict.met++;
        else if (process.env.STRICT) console.log(c.id, c.name, want.name, missed, want.strict);
      }
    });
  });

  type Refusal = Pick<Case, "id" | "op" | "name" | "attributes"> & {
    throws: object | null;
    input_shapes?: Record<string, number[]>;
  };
  test.each<Refusal>(goldenJson("errors").cases)("$id $op: $name", (c) => {
    const shape = c.input_shapes?.input ?? [];
    const call = () => run(c, { input: zeros(shape, { runtime }) });
    if (c.throws) expect(call).toThrow();
    else expect(call).not.toThrow();
  });
});
