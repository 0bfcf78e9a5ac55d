import { expect, test } from "vitest";
import { compare } from "../../src/experiments/compare.js";
import { raceData, raceSettings, recordOf, runsOf } from "../../src/page/preset-races.js";
import recorded from "../../src/page/recorded.json" with { type: "json" };
import { createRuntime } from "../../src/runtime/create-runtime.js";

const runs = runsOf(recorded);

test("all of the race is recorded", () => {
  expect(runs.map(({ norm }) => norm)).toEqual(raceSettings.norms);
  for (const { losses, evaluations } of runs) {
    expect(losses).toHaveLength(raceSettings.steps);
    expect(losses.every((loss) => loss > 0 && loss < 10)).toBe(true);
    expect(evaluations.map(({ step }) => step)).toEqual([40, 80, 120, 160, 200, 240]);
  }
});

test("it goes into the record and back to the bit", () => {
  expect(recordOf(runs as never)).toEqual(recorded);
  const losses = [2, 1 / 3, 1e-7, 123456.789].map(Math.fround);
  expect(runsOf(recordOf([{ ...runs[0], losses }] as never))[0].losses).toEqual(losses);
});

/** Beyond the first pass over the images, of 50 steps, and the first evaluation, at step 40. */
const STEPS = 55;

test.each(runs.map((run, i) => [run.norm, run, 1 + (i % 2)] as const))(
  "%s, run again, has the recorded losses and accuracy",
  async (norm, run, threads) => {
    const runtime = await createRuntime({ threads, deterministic: true });
    const stop = new AbortController();
    const options = { runtime, signal: stop.signal };
    const events = compare(raceData(), { ...raceSettings, norms: [norm] }, options);
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) {
          expect(value.unfinished?.[0].losses).toEqual(run.losses.slice(0, STEPS));
          expect(value.unfinished?.[0].evaluations).toEqual(run.evaluations.slice(0, 1));
          return;
        }
        if (value.type === "step" && value.step === STEPS) stop.abort();
      }
    } finally {
      runtime.close();
    }
  },
);
