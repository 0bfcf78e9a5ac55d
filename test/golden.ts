// Values that PyTorch computed in float64 (test/golden), and comparisons with them.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Runtime } from "../src/runtime/runtime.js";
import { type AnyTensor, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import { procedural } from "./numbers.js";

export interface Tolerance {
  atol: number;
  rtol: number;
  /** An `atol` for each index along an axis. */
  atol_by_index?: { axis: number; values: number[] };
}

interface GoldenTensor {
  name: string;
  shape: number[];
  dtype: string;
  data: (number | string)[];
  /** Makes the data by a rule, instead of `data`. */
  procedural?: Parameters<typeof procedural>[1];
}

export interface Expected extends GoldenTensor {
  /** The places of the elements of `data`, if they are samples. */
  indices?: number[];
  tolerance: Tolerance;
  /** The tolerance of float64 sums and an unrounded mean. */
  strict?: Tolerance;
}

export interface GoldenCase {
  id: string;
  name: string;
  op: string;
  attributes: Record<string, unknown>;
  inputs: GoldenTensor[];
  expected: Expected[];
}

const folder = new URL("golden/", import.meta.url);

/** A file of test/golden as bytes. */
export const goldenBytes = (name: string): Buffer => readFileSync(new URL(name, folder));

/** The content of test/golden/<name>.json. */
export const goldenJson = (name: string) => JSON.parse(goldenBytes(`${name}.json`).toString());

/** The cases of test/golden/<family>.json, or only those of one operator. */
export function goldenCases(family: string, op?: string) {
  const { cases } = goldenJson(family) as { cases: GoldenCase[] };
  return cases
    .filter((golden) => op === undefined || golden.op === op)
    .map((golden) => ({
      ...golden,
      /**
       * The inputs by name; absent ones are undefined. All collect gradients, except the upstream gradient and
       * integers.
       */
      tensors: (runtime: Runtime): Record<string, Tensor> =>
        Object.fromEntries(golden.inputs.map((input) => [input.name, decode(input, runtime)])),
      /** Checks that every expected output exists, has its shape and meets its tolerance. */
      compare: (got: Record<string, AnyTensor | null | undefined>) => {
        for (const want of golden.expected) {
          const problem = mismatch(got[outputName(want)], want);
          if (problem) expect.fail(`${want.name} ${problem}`);
        }
      },
    }));
}

function decode({ name, shape, dtype, data, procedural: made }: GoldenTensor, runtime: Runtime) {
  // a few cases have other types, and know it
  if (dtype === "int64")
    return tensor(BigInt64Array.from(data, BigInt), shape, { runtime }) as AnyTensor as Tensor;
  const values = made ? procedural(sizeOf(shape), made) : Float32Array.from(data, Number);
  return tensor(values, shape, { runtime, requiresGrad: name !== "grad_output" });
}

/** The name of the output that the samples belong to. */
export const outputName = ({ name }: Expected): string => name.replace(".samples", "");

/** What is wrong with an output, in words; null if it meets the tolerance. */
export function mismatch(
  got: AnyTensor | null | undefined,
  want: Expected,
  tolerance = want.tolerance,
): string | null {
  if (!got) return "is missing";
  if (!want.indices && String(got.shape) !== String(want.shape))
    return `is of shape [${got.shape}], not [${want.shape}]`;
  const by = tolerance.atol_by_index;
  const pitch = by ? sizeOf(want.shape.slice(by.axis + 1)) : 1;
  return firstMiss(
    want.indices?.map((at) => got.data[at]) ?? got.data,
    want.data,
    (i) => by?.values[Math.floor(i / pitch) % by.values.length] ?? tolerance.atol,
    tolerance.rtol,
  );
}

/** Expects every element within atol + rtol·|want|. */
export function expectWithin(
  got: AnyTensor | null | undefined,
  want: ArrayLike<number>,
  { atol, rtol }: Tolerance,
  what: string,
): void {
  expect(got?.size, what).toBe(want.length);
  const problem = firstMiss(got?.data ?? [], want, () => atol, rtol);
  if (problem) expect.fail(`${what}${problem}`);
}

/**
 * The first element that differs from its value by more than atol(i) + rtol·|value|. Equal infinities and NaN are
 * right.
 */
function firstMiss(
  got: ArrayLike<number | bigint>,
  want: ArrayLike<number | string>,
  atol: (i: number) => number,
  rtol: number,
): string | null {
  for (let i = 0; i < want.length; i++) {
    const value = Number(want[i]);
    const actual = Number(got[i]);
    if (Object.is(actual, value) || actual === value) continue;
    const allowed = atol(i) + rtol * Math.abs(value);
    if (!(Math.abs(actual - value) <= allowed))
      return `[${i}] is ${actual}, not ${value} ± ${allowed}`;
  }
  return null;
}
