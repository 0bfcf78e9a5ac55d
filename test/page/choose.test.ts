import { expect, test } from "vitest";
import { type Advice, everyAdvice, type Step } from "../../src/experiments/choose.js";
import {
  answered,
  answerOf,
  known,
  methodOf,
  oneBack,
  raceOf,
  wayOf,
} from "../../src/page/answers.js";
import { defaults, readHash, writeHash } from "../../src/page/state.js";
import { en } from "../../src/page/text/en/index.js";
import { zh } from "../../src/page/text/zh/index.js";
import { adviceKey, labelKey } from "../../src/text/keys.js";

/** What a visitor answers to be led along a path. */
const textOf = ({ branch }: Step) => branch.value ?? String(Math.max(1, branch.least ?? 1));

test.each(everyAdvice().map((end) => [adviceKey(end.path), end] as const))(
  "%s: answers, the link and back",
  (key, { path, advice }) => {
    let texts = {};
    for (const step of path) texts = answered(texts, step.question.answer, textOf(step));
    const { state, repaired } = readHash(writeHash({ ...defaults, answers: texts }, "choose"));
    expect(repaired).toEqual([]);
    expect(state.answers).toEqual(texts);
    const way = wayOf(state.answers);
    expect(way.advice).toBe(advice);
    expect(adviceKey(way.path)).toBe(key);
    for (let left = path.length; left > 0; left--) texts = oneBack(texts);
    expect(texts).toEqual({});
  },
);

test("another answer drops those that are no longer asked for, and keeps the rest", () => {
  const texts = { task: "vision", batch: "32", shift: "no" };
  expect(answered(texts, "batch", "64")).toEqual({ ...texts, batch: "64" });
  expect(answered(texts, "batch", "2")).toEqual({ task: "vision", batch: "2" });
  expect(answered(texts, "task", "tabular")).toEqual({ task: "tabular", batch: "32" });
  expect(answered(texts, "task", "weights")).toEqual({ task: "weights" });
});

test("answers that cannot be lead nowhere", () => {
  expect(known({ task: "vision", batch: "2", deviceCount: "0", more: "1" })).toEqual({
    task: "vision",
    batch: "2",
  });
  expect(wayOf({ task: "cooking", batch: "3" }).path).toEqual([]);
  expect(wayOf({ task: "vision", batch: "many" }).missing?.answer).toBe("batch");
  const { missing } = wayOf({ task: "vision" });
  if (!missing) throw new Error("no question");
  const read = ["1", "16", "0", "-3", "1.5", "", " ", "1e9", undefined].map((text) =>
    answerOf(missing, text),
  );
  expect(read).toEqual([1, 16, ...new Array(7).fill(undefined)]);
});

test("devices count by the samples that they see together", () => {
  const way = (deviceCount: string) => wayOf({ task: "vision", batch: "4", deviceCount });
  expect(way("4").advice?.norm).toBe("Batch norm over all devices");
  expect(way("2").advice?.norm).toBe("Group norm with weight standardisation");
});

test("every label and advice has a text in each language, every code a method", () => {
  for (const { tree, choose } of [en, zh])
    for (const { path, advice } of everyAdvice()) {
      expect(tree.advice[adviceKey(path)]).toBeDefined();
      for (const { question, branch } of path) {
        expect(tree.asks[question.answer]).toBeDefined();
        expect(tree.labels[labelKey(question, branch)]).toBeDefined();
      }
      for (const experiment of advice.shownBy) expect(choose.shownBy).toHaveProperty([experiment]);
      expect(methodOf(advice), advice.code).not.toBeNull();
    }
});

test("an advice for few samples is shown by a race of few, with the advised method in it", () => {
  const [gnWs, gn] = ["gn:32+ws", "gn"].map(
    (spec) => ({ code: `createNorm("${spec}", channels)` }) as Advice,
  );
  const raceFor = (advice: Advice, batch: number | undefined, method: string | null) =>
    raceOf(advice, batch, method, { ...defaults, norms: "ln", lr: 0.01 });
  expect(raceFor(gnWs, 2, "gn")).toEqual({ preset: "batch2", norms: "bn gn ln gn+ws", lr: 1e-3 });
  expect(raceFor(gn, 1, "gn")).toEqual({ preset: "batch1", norms: "bn gn ln", lr: 1e-3 });
  expect(raceFor(gn, 16, "gn")).toEqual({ norms: "ln gn", lr: 0.01 });
  expect(raceFor(gn, undefined, null)).toEqual({ norms: "ln", lr: 0.01 });
});
