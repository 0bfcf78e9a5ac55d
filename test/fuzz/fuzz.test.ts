import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as ops from "../../src/ops/index.js";
import { cases } from "./cases/index.js";
import { type Case, input } from "./draw.js";
import { layers, runMethod } from "./methods.js";
import { openRuntimes, runCase } from "./run-case.js";

const SEED = 20;

let opened: Awaited<ReturnType<typeof openRuntimes>>;
beforeAll(async () => {
  opened = await openRuntimes();
});
afterAll(() => opened.close());

describe("it finds", () => {
  const shape = [2, 3];
  const faults: [string, Case][] = [
    [
      "a wrong value",
      () => ({
        call: "exp(x) for x + 1",
        inputs: [input("x", shape)],
        run: ([x]) => ({ outputs: [ops.exp(x)] }),
        oracle: (t, [x]) => ({ outputs: [x.map((a) => t.linear(a, 1, 1))] }),
      }),
    ],
    [
      "a wrong gradient",
      () => ({
        call: "x for a constant",
        inputs: [input("x", shape, "normal")],
        run: ([x]) => ({ outputs: [ops.reshape(x, shape)] }),
        oracle: (t, [x]) => ({ outputs: [x.map((a) => t.node(t.at(a), [a], [0], 0))] }),
      }),
    ],
    [
      "a leak",
      () => ({
        call: "x + 0·Σx for x",
        inputs: [input("x", shape, "normal")],
        run: ([x]) => ({ outputs: [ops.add(x, ops.mul(ops.sum(x), 0))] }),
        oracle: (t, [x]) => ({ outputs: [x.map((a) => t.linear(a, 1))] }),
      }),
    ],
  ];
  test.each(faults)("%s", (_, draw) => {
    const { finding } = runCase("fault", draw, opened.pairs, { seed: SEED, runs: 20 });
    expect(finding).toContain("again: npm run fuzz");
  });
});

describe("against float64, other threads and itself with one element changed", () => {
  test.each(Object.entries(cases))("%s", (name, draw) => {
    const { counts, finding } = runCase(name, draw, opened.pairs, { seed: SEED, runs: 12 });
    expect(finding ?? "").toBe("");
    expect(counts.checked + counts.known, "runs that were not refused").toBeGreaterThan(3);
  });
});

describe("a layer and its op", () => {
  test.each(Object.keys(layers))("%s", (name) => {
    expect(runMethod(name, opened.pairs, { seed: SEED, runs: 8 }).finding ?? "").toBe("");
  });
});
