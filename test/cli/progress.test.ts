import { expect, test } from "vitest";
import { display } from "../../src/cli/progress.js";
import { en } from "../../src/cli/text/en/index.js";
import type { Stage } from "../../src/experiments/stage.js";

/** The text that is written without a terminal. */
function lines(...stages: Stage[]): string[] {
  let told = "";
  const { show, stop } = display({ write: (text: string) => (told += text) } as never, en);
  for (const stage of stages) show(stage);
  stop();
  return told.trimEnd().split("\n");
}

const steps = (stage: string, count: number): Stage[] =>
  Array.from({ length: count }, (_, i) => ({ stage, step: i + 1, steps: count, text: `at ${i}` }));

test("a stage that has begun is told to its end, also one without a result", () => {
  expect(lines(...steps("a", 3), ...steps("b", 1), ...steps("c", 2))).toEqual([
    "a: step 1/3, at 0",
    "a: step 3/3, at 2",
    "b: step 1/1, at 0",
    "c: step 1/2, at 0",
    "c: step 2/2, at 1",
  ]);
});

test("a result is the end, and a stop has none", () => {
  const done = { stage: "a", step: 0, steps: 0, text: "90 %", done: true };
  expect(lines(...steps("a", 3), done)).toEqual(["a: step 1/3, at 0", "a: 90 %"]);
  expect(lines(...steps("a", 3).slice(0, 2))).toEqual(["a: step 1/3, at 0"]);
});
