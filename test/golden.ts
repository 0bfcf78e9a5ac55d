import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Runtime } from "../src/runtime/runtime.js";
import { type Tensor, tensor } from "../src/tensor.js";

interface GoldenTensor {
  name: string;
  shape: number[];
  data: (number | string)[];
}

interface GoldenExpected extends GoldenTensor {
  tolerance: { atol: number; rtol: number; atol_by_index?: { axis: number; values: number[] } };
}

interface GoldenCase {
  id: string;
  name: string;
  op: string;
  attributes: Record<string, unknown>;
  inputs: GoldenTensor[];
  expected: GoldenExpected[];
}

/** Cases of one operator in test/golden/<family>.json, values PyTorch computed in float64. */
export function goldenCases(family: string, op: string) {
  const path = new URL(`./golden/${family}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: GoldenCase[] };
  return cases
    .filter((golden) => golden.op === op)
    .map((golden) => ({
      ...golden,
      /** The inputs by name, all but the upstream gradient collecting gradients; absent ones are undefined. */
      tensors: (runtime: Runtime): Record<string, Tensor> =>
        Object.fromEntries(
          golden.inputs.map(({ name, shape, data }) => {
            const requiresGrad = name !== "grad_output";
            return [
              name,
              tensor(Float32Array.from(data, Number), shape, { runtime, requiresGrad }),
            ];
          }),
        ),
      /** Every expected output is there, has its shape and meets its tolerance. */
      compare: (got: Record<string, Tensor | null | undefined>) => {
        for (const want of golden.expected) compare(got[want.name], want);
      },
    }));
}

function compare(got: Tensor | null | undefined, want: GoldenExpected): void {
  expect(got?.shape, want.name).toEqual(want.shape);
  const { atol, rtol, atol_by_index: by } = want.tolerance;
  const pitch = by ? want.shape.slice(by.axis + 1).reduce((a, b) => a * b, 1) : 1;
  want.data.map(Number).forEach((value, i) => {
    const actual = got?.data[i] ?? 0;
    if (Object.is(actual, value) || actual === value) return;
    const least = by ? by.values[Math.floor(i / pitch) % by.values.length] : atol;
    const error = Math.abs(actual - value);
    expect(error, `${want.name}[${i}]: ${actual}, not ${value}`).toBeLessThanOrEqual(
      least + rtol * Math.abs(value),
    );
  });
}
