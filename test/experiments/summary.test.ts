import { expect, test } from "vitest";
import type { CompareResult } from "../../src/experiments/compare.js";
import { spread, summarize } from "../../src/experiments/summary.js";

test("spread is the sample standard deviation, and none of one value", () => {
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3), count: 4 });
  expect(spread([0.7])).toEqual({ mean: 0.7, deviation: null, count: 1 });
});

const run = (norm: string, testAccuracy: number, epochSeconds: number, train: number | null) => ({
  norm,
  seed: 0,
  parameters: 10,
  losses: [2, 1],
  testAccuracy,
  epochSeconds,
  peakBytes: 100 * epochSeconds,
  batch1: { evalAccuracy: testAccuracy, trainAccuracy: train, note: train ? "trained" : "refused" },
});

test("summarize goes by norm and leaves out those without a run", () => {
  const result = {
    config: { norms: ["ln", "gn", "bn"] },
    machine: {},
    runs: [run("ln", 0.5, 2, 0.4), run("bn", 0.6, 5, null), run("ln", 0.7, 4, null)],
  } as unknown as CompareResult;
  const [ln, bn, ...none] = summarize(result);
  expect(none).toEqual([]);
  expect(ln.norm).toBe("ln");
  expect(ln.testAccuracy.mean).toBeCloseTo(0.6, 12);
  expect(ln.testAccuracy.count).toBe(2);
  expect(ln.epochSeconds).toBe(3);
  expect(ln.relativeTime).toBe(1);
  expect(ln.peakBytes).toBe(400);
  expect(ln.batch1Train).toEqual({ mean: 0.4, deviation: null, count: 1 });
  expect(ln.notes).toEqual(["trained", "refused"]);
  expect(bn.relativeTime).toBeCloseTo(5 / 3, 12);
  expect(bn.batch1Train).toBeNull();
});
