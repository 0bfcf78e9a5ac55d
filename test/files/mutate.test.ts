import { expect, test } from "vitest";
import { useRuntime } from "../helpers.js";
import { readMutated } from "./mutate.js";

const runtime = await useRuntime();

test("changed files are read or refused: no crash, no large allocation, no leak", () => {
  const { loaded, problems } = readMutated(1500, 1, runtime);
  expect(problems).toEqual([]);
  expect(loaded).toBeGreaterThan(100);
});
