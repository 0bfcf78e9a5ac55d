// A program that never imports `grad` has no rules of second derivatives.
import { expect, test } from "vitest";
import { mul } from "../../src/ops/elementwise/mul.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

test("createGraph says what to import, and the graph is as it was", () => {
  const x = tensor([3], [1], { runtime, requiresGrad: true });
  const y = mul(x, x);
  const message = "backward: createGraph needs rules that come with grad(): import and use it";
  expect(() => y.backward(undefined, { createGraph: true })).toThrow(message);
  y.backward(undefined, { retainGraph: true });
  y.backward(undefined, { createGraph: false });
  expect(x.grad?.item()).toBe(12);
});
