import { expect, test } from "vitest";
import { randomTensor, useRuntime } from "./helpers.js";

const runtime = await useRuntime();

test("the `data` of a result stays readable while a test file makes more of them", () => {
  const { data } = randomTensor(runtime, [1000], 1);
  const kept = Array.from({ length: 100 }, (_, i) => randomTensor(runtime, [10_000], i));
  expect(kept.length).toBe(100);
  expect(data.length).toBe(1000);
});
