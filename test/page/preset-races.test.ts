import { describe, expect, test } from "vitest";
import { compare } from "../../src/experiments/compare.js";
import {
  POINTS,
  presetSettings,
  raceData,
  recordOf,
  runsOf,
  windowOf,
} from "../../src/page/preset-races.js";
import recorded from "../../src/page/recorded.json" with { type: "json" };
import small from "../../src/page/recorded-small.json" with { type: "json" };
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { smooth } from "../../src/show/smooth.js";

const race = (preset: keyof typeof presetSettings, record: Parameters<typeof runsOf>[0]) => {
  const settings = presetSettings[preset];
  const runs = runsOf(record, settings.steps);
  return {
    preset,
    settings,
    record,
    runs,
    every: preset === "default" ? 1 : settings.steps / POINTS,
  };
};
const races = [
  race("default", recorded),
  race("batch2", small.batch2),
  race("batch1", small.batch1),
];

describe.each(races)("the race of $preset", ({ settings, record, runs, every }) => {
  test("is recorded as a whole", () => {
    expect(runs.map(({ norm }) => norm)).toEqual(settings.norms);
    for (const { losses, curve, evaluations } of runs) {
      expect(losses).toHaveLength(settings.steps);
      for (const values of [losses, curve ?? losses])
        for (const [i, value] of values.entries())
          expect(Number.isNaN(value)).toBe((i + 1) % every !== 0);
      expect(losses.filter((loss) => !Number.isNaN(loss)).every((loss) => loss >= 0)).toBe(true);
      const steps = evaluations.map(({ step }) => step);
      expect(steps).toEqual(Array.from({ length: settings.steps / 40 }, (_, i) => 40 * (i + 1)));
    }
  });

  test("goes into the record and back to the bit", () => {
    const kept = runs.map(({ norm, losses, evaluations }) => ({ norm, losses, evaluations }));
    const again = recordOf(kept as never, every, settings.batchSize);
    for (const [norm, { losses, right }] of Object.entries(record))
      expect(again[norm]).toMatchObject({ losses, right });
  });
});

test("of numbers of any size, and with a curve beside those that are left", () => {
  const losses = [2, 1 / 3, 1e-7, 123456.789].map(Math.fround);
  const run = [{ norm: "bn", losses, evaluations: [] }] as never;
  expect(runsOf(recordOf(run), 4)[0].losses).toEqual(losses);
  const [, second, , last] = smooth(losses, windowOf(2)).map((x) => Number(x.toPrecision(4)));
  const [{ losses: half, curve }] = runsOf(recordOf(run, 2, 2), 4);
  expect(half).toEqual([Number.NaN, losses[1], Number.NaN, losses[3]]);
  expect(curve).toEqual([Number.NaN, second, Number.NaN, last]);
});

/** Beyond the first evaluation, at step 40, and of the default race beyond the first pass over the images, of 50. */
const STEPS = 60;

const all = races.flatMap(({ preset, settings, runs }) =>
  runs.map((run, i) => [`${preset}, ${run.norm}`, run, settings, 1 + (i % 2)] as const),
);
test.each(all)(
  "%s, run again, has the recorded losses and accuracy",
  async (_, run, settings, threads) => {
    const runtime = await createRuntime({ threads, deterministic: true });
    const stop = new AbortController();
    const options = { runtime, signal: stop.signal };
    const events = compare(raceData(), { ...settings, norms: [run.norm] }, options);
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) {
          const { losses = [], evaluations } = value.unfinished?.[0] ?? {};
          const known = run.losses.slice(0, STEPS);
          expect(losses.map((loss, i) => (Number.isNaN(known[i]) ? known[i] : loss))).toEqual(
            known,
          );
          expect(evaluations).toEqual(run.evaluations.slice(0, 1));
          return;
        }
        if (value.type === "step" && value.step === STEPS) stop.abort();
      }
    } finally {
      runtime.close();
    }
  },
);
