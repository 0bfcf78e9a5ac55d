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

test.each([
  [{ losses: [1, null] }, "expected losses that are numbers, got null at step 2"],
  [{ losses: ["1"] }, "got 1 at step 1"],
  [{ seconds: null }, "expected seconds to be a number, got null"],
  [{ peakBytes: null }, "expected peakBytes to be a number, got null"],
  [{ losses: [1, 2, 3, 4, 5] }, "4 steps at most, got 5"],
])("%j is refused", (wrong, message) => {
  const log = new RunLog(settings, 4);
  expect(() => log.checkStateDict({ ...state, ...wrong } as never)).toThrow(message);
});
