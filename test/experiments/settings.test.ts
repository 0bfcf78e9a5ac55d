import { describe, expect, test } from "vitest";
import * as experiments from "../../src/experiments/index.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

/** What every experiment takes in front of its settings. */
const picture = experiments.harbour(64);
const before: Record<string, unknown[]> = {
  compare: [{}],
  style: [picture, picture],
  transformer: [{ name: "text", content: "some text" }],
};

/** The experiments, and a list among the settings of each that has one. */
const lists: Record<string, string | null> = {
  compare: "norms",
  gradients: null,
  influence: "shape",
  layers: "shape",
  padding: "sizes",
  runningStats: "momenta",
  style: "norms",
  transformer: "variants",
};

type Start = (...args: unknown[]) => AsyncGenerator<unknown, unknown>;
const exported = Object.entries(experiments) as unknown as [string, Start][];
const byName = new Map(exported);

describe.each(Object.entries(lists))("%s", (name, list) => {
  const experiment = byName.get(name) as Start;
  const start = (...args: unknown[]) => experiment(...(before[name] ?? []), ...args);

  test.each<[string, unknown, unknown, string]>([
    [
      "a setting it does not have",
      { sede: 1 },
      { runtime },
      'no option "sede"; did you mean "seed"',
    ],
    ["a setting of another type", { seed: "1" }, { runtime }, "expected seed to be number, got "],
    ["null in their place", null, { runtime }, "expected options { "],
    ["an option it does not have", {}, { runtme: runtime }, 'no option "runtme"; did you mean "ru'],
    ["an option of another type", {}, { runtime: 5 }, "expected runtime to be Runtime, got 5"],
  ])("refuses %s", async (_, settings, options, message) => {
    await expect(start(settings, options).next()).rejects.toThrow(`${name}: ${message}`);
    expect(runtime.stats().tensors).toBe(0);
  });

  test.runIf(list)("refuses what is no list where one belongs", async () => {
    for (const value of [{}, 4]) {
      const refused = start({ [list as string]: value }, { runtime }).next();
      await expect(refused).rejects.toThrow(`${name}: expected ${list} to be `);
    }
  });
});

test("undefined is the default", async () => {
  const { config } = await experiments
    .influence({ norms: [], outlier: undefined, seed: 3 }, { runtime, signal: undefined })
    .next()
    .then(({ value }) => value as experiments.InfluenceResult);
  expect(config).toEqual({ ...experiments.influenceDefaults(), norms: [], seed: 3 });
});
