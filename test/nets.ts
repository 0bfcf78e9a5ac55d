// The networks of test/golden/nets, with values that PyTorch computed in float64.
import { expect } from "vitest";
import { loadSafetensors } from "../src/io/safetensors.js";
import type { Module } from "../src/nn/module.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type AnyTensor, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import { expectWithin, goldenBytes, goldenJson, type Tolerance } from "./golden.js";
import { procedural } from "./numbers.js";

/** The description and the expected values of a network. */
export const netJson = (name: string) => goldenJson(`nets/${name}`);

/** The tensors of `<name>.safetensors`. */
export const netState = (name: string, runtime: Runtime): Map<string, AnyTensor> =>
  loadSafetensors(goldenBytes(`nets/${name}.safetensors`), { runtime });

export const countParameters = (net: Module): number =>
  net.parameters().reduce((sum, parameter) => sum + parameter.size, 0);

interface Made {
  shape: number[];
  procedural: Parameters<typeof procedural>[1];
}

interface FullWidth {
  name: string;
  attributes: Record<string, unknown>;
  parameter_count: number;
  state_dict_keys: string[];
  parameters: (Made & { key: string })[];
  input: Made;
  output: { shape: number[]; sample_indices: number[]; samples: number[]; tolerance: Tolerance };
}

/** The networks with the article's own widths. */
export const fullWidth = (network: string): FullWidth[] =>
  netJson("full_width").networks.filter(({ name }: FullWidth) => name.startsWith(network));

/** Checks keys and number of the parameters, and samples of the output for artificial parameters and input. */
export function checkFullWidth(
  net: Module,
  want: FullWidth,
  runtime: Runtime,
  forward: (input: Tensor) => Tensor,
): void {
  expect(countParameters(net)).toBe(want.parameter_count);
  expect([...net.stateDict().keys()]).toEqual(want.state_dict_keys);
  for (const { key, shape, procedural: rule } of want.parameters) {
    const target = net.stateDict().get(key) as AnyTensor;
    expect(target.shape).toEqual(shape);
    target.data.set(procedural(target.size, rule) as never);
  }
  const { shape, procedural: rule } = want.input;
  const output = forward(tensor(procedural(sizeOf(shape), rule), shape, { runtime }));
  expect(output.shape).toEqual(want.output.shape);
  const { sample_indices, samples, tolerance } = want.output;
  const got = tensor(
    Float32Array.from(sample_indices, (i) => output.data[i]),
    undefined,
    { runtime },
  );
  expectWithin(got, samples, tolerance, "output");
}
