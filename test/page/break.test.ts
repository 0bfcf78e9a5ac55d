import { expect, test } from "vitest";
import { disturbances, isMoved } from "../../src/experiments/influence/disturb.js";
import { influence } from "../../src/experiments/influence.js";
import { sight } from "../../src/experiments/see.js";
import { breakage, HIT, outcomeOf } from "../../src/page/breakage.js";
import { found, nextOrder, type Order, shares, sorted } from "../../src/page/influence-rows.js";
import { latest } from "../../src/page/parts/latest.js";
import { percent } from "../../src/page/parts/numbers.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime({ threads: 1 });
const shape = [4, 6, 1, 4] as const;
const SAMPLE = 24;
const before = (norm: string) => sight({ norm, shape }, runtime);

const cases = ["bn", "frozen-bn", "in", "gn", "ln", "iternorm", "none"].flatMap((norm) =>
  disturbances.map((disturbance) => [norm, disturbance] as const),
);

test.each(cases)(
  "%s, %s: each output has the fate that the library gives it",
  (norm, disturbance) => {
    const whole = before(norm);
    const { disturbed, args } = breakage(whole, { norm, disturbance, outlier: 30 });
    const after = sight(args, runtime).output;
    const { fates, own, others, most } = outcomeOf(whole.output, after, disturbed.touched, SAMPLE);
    const isWhole = disturbed.touched.size === SAMPLE;
    const expected = Array.from(whole.output, (y, i) => {
      if (i >= after.length) return "gone";
      if (!isWhole && disturbed.x[i] !== whole.input[i] && disturbed.touched.has(i)) return "hit";
      if (Math.abs(after[i] - y) <= 1e-3)
        return disturbed.touched.has(i) && !isWhole ? "hit" : "stays";
      return i < SAMPLE ? "own" : "others";
    });
    expect(fates).toEqual(expected);
    const count = (fate: string) => expected.filter((each) => each === fate).length;
    expect([own.moved, others.moved]).toEqual([count("own"), count("others")]);
    expect(own.of + others.of + count("hit") + count("gone")).toBe(96);
    expect(most > 0).toBe(own.moved + others.moved > 0);
  },
);

test("an outlier under batch norm moves its channel, under frozen batch norm nothing", () => {
  const outcome = (norm: string) => {
    const whole = before(norm);
    const { disturbed, args } = breakage(whole, { norm, disturbance: "outlier", outlier: 30 });
    expect(disturbed.x[HIT]).toBe(30);
    return outcomeOf(whole.output, sight(args, runtime).output, disturbed.touched, SAMPLE);
  };
  const { own, others, fates } = outcome("bn");
  expect([own, others]).toEqual([
    { moved: 3, of: 23 },
    { moved: 12, of: 72 },
  ]);
  expect(fates.indexOf("hit")).toBe(HIT);
  expect(outcome("frozen-bn").fates.filter((fate) => fate !== "stays")).toEqual(["hit"]);
});

test("what is no number has moved", () => {
  expect(isMoved(1, Number.NaN)).toBe(true);
  expect(outcomeOf([1, 2], [1, Number.NaN], new Set(), 1).fates).toEqual(["stays", "others"]);
});

async function rowsOf(norms: string[]) {
  const run = influence({ norms }, { runtime });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.rows;
  }
}
const rows = await rowsOf(["bn", "in", "ln", "gn", "iternorm"]);
const names = (list: typeof rows) => list.map(({ norm }) => norm);
const by = (order: Order | null) => names(sorted(rows, order, ({ norm }) => norm));

test("rows are sorted by any column, refused ones last", () => {
  expect(by(null)).toEqual(names(rows));
  expect(by({ column: "norm", direction: "ascending" })).toEqual(names(rows).sort());
  expect(by({ column: "outlier.others", direction: "descending" }).slice(0, 2)).toEqual([
    "iternorm",
    "bn",
  ]);
  const refused = structuredClone(rows);
  refused[4].influences.alone = { own: null, others: null };
  for (const direction of ["ascending", "descending"] as const) {
    const list = sorted(refused, { column: "alone.own", direction }, ({ norm }) => norm);
    expect(list[4].norm).toBe("iternorm");
  }
  for (const { column, disturbance, payer } of shares) {
    const list = sorted(rows, { column, direction: "ascending" }, ({ norm }) => norm);
    const values = list.map(({ influences }) => influences[disturbance][payer] ?? 0);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
});

test("a column pressed again turns, and then lets go", () => {
  const first = nextOrder(null, "shift");
  expect(first).toEqual({ column: "shift", direction: "descending" });
  const second = nextOrder(first, "shift");
  expect(second?.direction).toBe("ascending");
  expect(nextOrder(second, "shift")).toBeNull();
  expect(nextOrder(second, "norm")).toEqual({ column: "norm", direction: "ascending" });
});

test("rows are found by kind and by words", () => {
  const find = (family: string, text: string) =>
    names(found(rows, { family, text }, ({ norm }) => [norm, `${norm} Norm`]));
  expect(find("", "")).toEqual(names(rows));
  expect(find("batch", "")).toEqual(["bn", "iternorm"]);
  expect(find("", "norm GN ")).toEqual(["gn"]);
  expect(find("sample", "bn")).toEqual([]);
});

test("only nothing is 0 %, only all is 100 %", () => {
  expect([0, 0.001, 0.118, 0.998, 1].map((share) => percent(share, " %"))).toEqual([
    "0 %",
    "<1 %",
    "12 %",
    ">99 %",
    "100 %",
  ]);
});

test("of questions that wait only the latest is asked, one at a time", async () => {
  const asked: number[] = [];
  const got: string[] = [];
  const frames: (() => void)[] = [];
  const ask = latest(
    async (n: number) => {
      asked.push(n);
      await Promise.resolve();
      if (n === 4) throw new Error("four");
      return `${n}`;
    },
    { take: (text) => got.push(text), refuse: () => got.push("refused") },
    (run) => frames.push(run),
  );
  for (const n of [1, 2, 3]) ask(n);
  expect(frames).toHaveLength(1);
  frames[0]();
  for (const n of [4, 5]) ask(n);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([asked, got]).toEqual([
    [3, 5],
    ["3", "5"],
  ]);
  ask(4);
  frames[1]();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(got.at(-1)).toBe("refused");
});
