// A results.json of each experiment is read again, and shown as curves and tables.
import { describe, expect, test, vi } from "vitest";
import { choose } from "../../src/experiments/choose.js";
import { compare } from "../../src/experiments/compare.js";
import { gradients } from "../../src/experiments/gradients.js";
import { influence } from "../../src/experiments/influence.js";
import { layers } from "../../src/experiments/layers.js";
import { logbook } from "../../src/experiments/logbook.js";
import { padding } from "../../src/experiments/padding.js";
import { brushwork, harbour } from "../../src/experiments/pictures.js";
import { runningStats } from "../../src/experiments/running-stats.js";
import { see } from "../../src/experiments/see.js";
import { style } from "../../src/experiments/style.js";
import { transformer } from "../../src/experiments/transformer.js";
import { emptyLane } from "../../src/page/engine/lane.js";
import { raceData } from "../../src/page/preset-races.js";
import { beside, rangeOf, readResult, viewsOf } from "../../src/page/results/views.js";
import { raceResult } from "../../src/page/share/race-result.js";
import { resultsJson } from "../../src/show/results.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

async function resultOf<R>(events: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}

const race = (norms: string[], seed = 0) =>
  resultOf(
    compare(
      raceData(),
      {
        ...{ norms, width: 4, batchSize: 4, steps: 8, evaluateEvery: 4, probeEvery: 4 },
        ...{ batch1: false, seed },
      },
      { runtime },
    ),
  );

/** The least that the style experiment can do. */
const small = { widths: [4, 4, 8] as const, residualBlocks: 1, steps: 3, crop: 16 };

const experiments: Record<
  string,
  { run: () => Promise<object>; curves: string[]; tables: string[] }
> = {
  compare: {
    run: () => race(["bn", "gn"]),
    curves: ["runs.losses", "runs.evaluations.testAccuracy"],
    tables: ["runs"],
  },
  gradients: {
    run: () => resultOf(gradients({ depth: 6, width: 8, steps: 8 }, { runtime })),
    curves: ["measured.gradients", "trained.losses"],
    tables: ["trained"],
  },
  "running-stats": {
    run: () => resultOf(runningStats({ steps: 20, sizes: [2] }, { runtime })),
    curves: [],
    tables: ["rules"],
  },
  padding: {
    run: () => resultOf(padding({ lengths: [16, 20], sizes: [4] }, { runtime })),
    curves: [],
    tables: ["padded", "unrest"],
  },
  transformer: {
    run: () =>
      resultOf(
        transformer(
          { name: "logbook", content: logbook },
          {
            ...{ layers: 2, dModel: 16, nHead: 2, dFF: 32, context: 16, steps: 6, sample: 4 },
            variants: ["pre-ln", "post-ln"],
          },
          { runtime },
        ),
      ),
    curves: ["runs.losses"],
    tables: ["runs"],
  },
  style: {
    run: () =>
      resultOf(style(harbour(32), brushwork(32), { ...small, norms: ["in", "bn"] }, { runtime })),
    curves: ["runs.losses.content"],
    tables: ["runs"],
  },
  layers: { run: () => resultOf(layers({}, { runtime })), curves: [], tables: ["layers"] },
  see: { run: () => resultOf(see({}, { runtime })), curves: ["sight"], tables: [] },
  influence: {
    run: () => resultOf(influence({ norms: ["bn", "gn:2"] }, { runtime })),
    curves: [],
    tables: ["rows"],
  },
  choose: {
    run: () => resultOf(choose({ task: "vision", batch: 64, deviceCount: 1, shift: "no" })),
    curves: [],
    tables: ["path"],
  },
};

describe.each(Object.entries(experiments))("%s", (_, { run, curves, tables }) => {
  test("is read again as it was written, and shown", async () => {
    const result = { ...(await run()), machine: { cores: 2, engine: "Node" } };
    const text = resultsJson(result);
    const read = readResult(text);
    expect(resultsJson(read)).toBe(text);
    const views = viewsOf(read);
    expect(views.curves.map(({ title }) => title)).toEqual(expect.arrayContaining(curves));
    expect(views.tables.map(({ title }) => title)).toEqual(
      expect.arrayContaining([...tables, "config", "machine"]),
    );
    for (const { lines } of views.curves)
      expect(lines.some(({ points }) => points.some(([, y]) => Number.isFinite(y)))).toBe(true);
    for (const { head, rows } of views.tables)
      for (const row of rows) expect(row).toHaveLength(head.length);
  });
});

test("a race of this page is a result of compare: the same runs, of all norms and seeds", async () => {
  vi.stubGlobal("navigator", { hardwareConcurrency: 4, userAgent: "a browser" });
  const all = await race(["bn", "gn"]);
  const parts = await Promise.all([race(["bn"]), race(["gn"])]);
  const lanes = parts.map((result) => ({ ...emptyLane(result.config.norms[0], 0), result }));
  const made = raceResult({
    lanes,
    entry: { norms: ["bn", "gn"], settings: {} },
    isUnderWay: false,
  });
  const plain = (result: object) =>
    JSON.parse(resultsJson(result), (key, value) =>
      ["epochSeconds", "machine"].includes(key) ? undefined : value,
    );
  expect(plain(made ?? {})).toEqual({ ...plain(all), unfinished: [] });
  expect(made?.machine).toMatchObject({ variant: "simd", engine: "a browser" });
  expect(raceResult(null)).toBeNull();
  vi.unstubAllGlobals();
});

describe("curves and tables", () => {
  const views = viewsOf({
    config: { steps: 3, norms: ["bn", "gn"] },
    runs: [0, 1].map((seed) => ({
      ...{ norm: "bn", seed, losses: [3, 2.5, null, 1, 1, 1], final: { style: 0.1 + seed } },
      evaluations: [
        { step: 4, testAccuracy: 0.5 },
        { step: 8, testAccuracy: 0.25 },
      ],
    })),
  });

  test("have the numbers of the file, named by what tells them apart", () => {
    const [losses, accuracy] = views.curves;
    expect(losses.lines.map(({ label }) => label)).toEqual(["bn 0", "bn 1"]);
    expect(losses.lines[0].points.slice(0, 3)).toEqual([
      [1, 3],
      [2, 2.5],
      [3, Number.NaN],
    ]);
    expect(accuracy.lines[1].points).toEqual([
      [4, 0.5],
      [8, 0.25],
    ]);
    expect(views.tables[0]).toEqual({
      ...{ title: "runs", head: ["norm", "seed", "final.style"] },
      rows: [
        ["bn", "0", "0.1"],
        ["bn", "1", "1.1"],
      ],
    });
    expect(views.tables[1].rows).toEqual([
      ["steps", "3"],
      ["norms", "bn, gn"],
    ]);
  });

  test("of two files stand beside each other by their names", () => {
    const other = viewsOf({ config: {}, rows: [{ norm: "bn", value: 1 }] });
    const { tables, curves } = beside([views, other]);
    expect(tables.map(({ title, of }) => [title, of.map(Boolean)])).toEqual([
      ["runs", [true, false]],
      ["config", [true, false]],
      ["rows", [false, true]],
    ]);
    expect(curves[0].of).toEqual([views.curves[0], undefined]);
  });
});

test.each([
  ["{", "not JSON"],
  ["[1]", "no settings"],
  ['{"runs": []}', "no settings"],
  ["null", "no settings"],
])("%s is refused", (text, why) => {
  expect(() => readResult(text)).toThrow(why);
});

test("a scale holds what is finite, of however many values", () => {
  expect(rangeOf(Array.from({ length: 300_000 }, (_, i) => i % 97))).toEqual([0, 96]);
  expect(rangeOf([Number.NaN, 2, 1e308, -1e308, 5])).toEqual([2, 5]);
  expect(rangeOf([3, 3])).toEqual([2, 4]);
  expect(rangeOf([Number.NaN])).toEqual([0, 1]);
});
