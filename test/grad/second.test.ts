// Every operation of the table of saved.test.ts is differentiated twice.
import { describe, expect, test } from "vitest";
import { type AnyTensor, sizeOf, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";
import { type Input, table } from "../ops/saved-cases.js";
import { checkSecond } from "./second.js";
import "../../src/grad/grad.js";

const runtime = await useRuntime();

/** Positive values suit square roots, logarithms, variances and shares alike. */
function made(input: Input, i: number): AnyTensor {
  if ("integers" in input)
    return tensor(input.integers, [input.integers.length], { runtime }) as AnyTensor;
  const shape = "buffer" in input ? input.buffer : input;
  const values = normal(sizeOf(shape), 7 + i).map((value) => Math.abs(value) + 0.5);
  return tensor(values, shape, { runtime });
}

describe("second derivatives", () => {
  test.each(table)("%s", (_, inputs, call) => {
    tidy(() => {
      const all = inputs.map(made);
      const parameters = all.filter((_, i) => Array.isArray(inputs[i])) as Tensor[];
      const buffers = all.filter((_, i) => !Array.isArray(inputs[i]) && "buffer" in inputs[i]);
      const state = buffers.map((t) => t.toArray());
      const op = () => {
        buffers.forEach((t, i) => {
          t.elements.set(state[i] as never);
        });
        return call(...all);
      };
      checkSecond(op, parameters);
    });
  });

  test("the table has rows", () => expect(table.length).toBeGreaterThan(50));
});
