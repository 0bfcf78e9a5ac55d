// The networks of test/golden/nets, with values that PyTorch computed in float64.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { loadSafetensors } from "../src/io/safetensors.js";
import type { Module } from "../src/nn/module.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type AnyTensor, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import { procedural } from "./helpers.js";

export interface Tolerance {
  atol: number;
  rtol: number;
}

const folder = new URL("golden/nets/", import.meta.url);

export const netJson = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

/** The tensors of `<name>.safetensors`. */
export const netState = (name: string, runtime: Runtime): Map<string, AnyTensor> =>
  loadSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)), { runtime });

/** Every element within atol + rtol·|want|. */
export function expectWithin(
  got: AnyTensor | null | undefined,
  want: ArrayLike<number>,
  { atol, rtol }: Tolerance,
  what: string,
): void {
  const values = got?.data as ArrayLike<number>;
  expect(values.length, what).toBe(want.length);
  for (let i = 0; i < want.length; i++) {
    const allowed = atol + rtol * Math.abs(want[i]);
    if (!(Math.abs(values[i] - want[i]) <= allowed))
      expect.fail(`${what}[${i}]: ${values[i]}, not ${want[i]} ± ${allowed}`);
  }
}

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

/** The networks at the article's own widths. */
export const fullWidth = (network: string): FullWidth[] =>
  netJson("full_width.json").networks.filter(({ name }: FullWidth) => name.startsWith(network));

/** Keys and number of the parameters, and samples of the output with made-up parameters and input. */
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
