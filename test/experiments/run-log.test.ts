import { expect, test } from "vitest";
import { RunLog } from "../../src/experiments/run-log.js";

const settings = { lr: 1 };
const state = { settings, losses: [1, 2], seconds: 1, peakBytes: 1 };

test("losses that are not finite come back from JSON as they were", () => {
  const log = new RunLog(settings, 4);
  log.losses.push(1.5, Number.NaN, Infinity, -Infinity);
  const again = new RunLog(settings, 4);
  const stored = JSON.parse(JSON.stringify(log.stateDict()));
  again.checkStateDict(stored);
  again.loadStateDict(stored);
  expect(again.losses).toEqual([1.5, Number.NaN, Infinity, -Infinity]);
});

test("notes come back too, and a checkpoint from before there were any has none", () => {
  const lists = () => ({ evaluations: [] as never[], probes: [] as never[] });
  const histogram = { low: 0, high: Infinity, shares: [0.5, 0.5] };
  const blocks = [{ histogram, mean: Number.NaN, deviation: -Infinity, gradient: 1 }];
  const evaluations = [{ step: 1, testAccuracy: 0.5, answers: [3, -1] }];
  const notes = { evaluations, probes: [{ step: 2, blocks }] };
  const log = new RunLog(settings, 4, [1, 2], notes);
  const stored = JSON.parse(JSON.stringify(log.stateDict()));
  const again = new RunLog(settings, 4, [], lists());
  again.checkStateDict(stored);
  again.loadStateDict(stored);
  expect(again.notes).toEqual(notes);
  again.checkStateDict(state);
  again.loadStateDict(state);
  expect(again.notes).toEqual(lists());
});

test.each([
  [{ evaluations: 3 }, "expected evaluations to be a list, got 3"],
  [{ evaluations: [{ step: 3 }] }, "expected evaluations at steps 1 to 2, got 3"],
  [{ probes: [null] }, "expected probes at steps 1 to 2, got undefined"],
  [{ losses: [1, null] }, "expected losses that are numbers, got null at step 2"],
  [{ losses: ["1"] }, "got 1 at step 1"],
  [{ seconds: null }, "expected seconds to be a number, got null"],
  [{ peakBytes: null }, "expected peakBytes to be a number, got null"],
  [{ traffic: { collectives: "1" } }, "expected collectives to be a number, got 1"],
  [{ losses: [1, 2, 3, 4, 5] }, "4 steps at most, got 5"],
])("%j is refused", (wrong, message) => {
  const log = new RunLog(settings, 4);
  expect(() => log.checkStateDict({ ...state, ...wrong } as never)).toThrow(message);
});
