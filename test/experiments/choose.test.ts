import { describe, expect, test } from "vitest";
import { chooseReport, chooseText } from "../../src/cli/report/choose.js";
import { en } from "../../src/cli/text/en/index.js";
import { type Answers, choose, everyAdvice, walk } from "../../src/experiments/choose.js";
import * as library from "../../src/index.js";
import { finish } from "./finish.js";

describe("walk", () => {
  test.each<[Answers, string]>([
    [{ task: "vision", batch: 64, shift: "no" }, "Batch norm"],
    [{ task: "vision", batch: 16, shift: "yes" }, "Group norm"],
    [{ task: "vision", batch: 15, deviceCount: 2 }, "Batch norm over all devices"],
    [{ task: "vision", batch: 2, deviceCount: 8 }, "Batch norm over all devices"],
    [{ task: "vision", batch: 2, deviceCount: 7 }, "Group norm with weight standardisation"],
    [{ task: "vision", batch: 1, deviceCount: 1 }, "Group norm with weight standardisation"],
    [{ task: "sequence", sequence: "transformer" }, "Layer norm before each block, or RMS norm"],
    [{ task: "style", style: "fixed" }, "Instance norm"],
    [{ task: "style", style: "domains" }, "Adaptive layer-instance norm"],
    [{ task: "generation", generator: "conditioned" }, "Adaptive layer norm (adaLN-Zero)"],
    [{ task: "tabular", batch: 8 }, "Layer norm on hidden layers"],
    [{ task: "weights" }, "Weight norm or weight standardisation"],
  ])("%o: %s", (answers, norm) => {
    expect(walk(answers).advice?.norm).toBe(norm);
  });

  test("says what it waits for, and refuses an answer that is none", () => {
    expect(walk({}).missing?.answer).toBe("task");
    expect(walk({ task: "vision" }).missing?.answer).toBe("batch");
    expect(walk({ task: "vision", batch: 4 }).missing?.answer).toBe("deviceCount");
    expect(walk({ task: "vision", batch: 4, deviceCount: 1 }).missing).toBeNull();
    expect(() => walk({ task: "cooking" })).toThrow(
      'choose: unknown task "cooking"; known: vision',
    );
  });
});

test("every branch of the tree ends in advice that can be reached by its answers", () => {
  const all = everyAdvice();
  expect(all).toHaveLength(16);
  for (const { path, advice } of all) {
    const answers: Record<string, string | number> = {};
    for (const { question, branch } of path)
      answers[question.answer] = branch.value ?? Math.max(1, branch.least ?? 0);
    expect(walk(answers).advice).toBe(advice);
    expect(advice.shownBy.length).toBeGreaterThan(0);
    for (const text of [advice.reason, advice.caveat]) expect(text).toMatch(/\.$/);
  }
});

test("what is advised is in the library", () => {
  for (const { advice } of everyAdvice()) {
    const [, space, name] = /^(?:new )?(nn\.)?(\w+)\(/.exec(advice.code) ?? [];
    const home = space ? library.nn : library;
    expect((home as Record<string, unknown>)[name], advice.code).toBeTypeOf("function");
  }
  expect(library.nn.SyncBatchNorm.prototype.forwardShards).toBeTypeOf("function");
});

test("large batches for batch norm, small ones for group norm: not as the article has it", () => {
  const norm = (batch: number) =>
    walk({ task: "vision", batch, deviceCount: 1, shift: "no" }).advice?.norm;
  expect(norm(64)).toMatch(/^Batch norm/);
  expect(norm(2)).toMatch(/^Group norm/);
});

test("choose gives path and advice, and refuses half an answer", async () => {
  const answers = { task: "vision", batch: 4, deviceCount: 8 };
  const result = await finish(() => choose(answers));
  expect(result.config).toEqual(answers);
  expect(result.path.map(({ answer }) => answer)).toEqual([
    "pictures: classify, detect, segment",
    "4: fewer than 16",
    "8: together 16 samples or more",
  ]);
  expect(chooseText(result, en)).toMatch(/^Why: +One device has too few/m);
  const { sections, summary } = chooseReport(result, en);
  expect(summary).toMatch(/^Batch norm over all devices\. /);
  expect(sections.map(({ title }) => title)).toEqual(["Yours", "The tree", "Every answer"]);
  await expect(finish(() => choose({ task: "vision" }))).rejects.toThrow(
    "choose: no answer to batch: How many samples does a device see per step?",
  );
});

test("the report without answers draws the whole tree", async () => {
  const { sections } = chooseReport(await finish(() => choose()), en);
  expect(sections.map(({ title }) => title)).toEqual(["The tree", "Every answer"]);
  expect(sections[0].html.match(/<rect/g)).toHaveLength(16 + 8); // advice and questions
  expect(sections[0].html).not.toContain("your way");
});
