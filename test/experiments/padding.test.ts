import { beforeAll, expect, test } from "vitest";
import { paddingReport, paddingText } from "../../src/cli/report/padding.js";
import { en } from "../../src/cli/text/en/index.js";
import { type PaddingResult, padding } from "../../src/experiments/padding.js";
import { pad, wordsOf } from "../../src/experiments/sentences.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { finish, interrupt } from "./finish.js";

let result: PaddingResult;
beforeAll(async () => {
  result = await finish((options) => padding({}, options));
});

test("batch statistics bend as the share of zeros says", () => {
  const { padded, words } = result;
  expect(padded[0].share).toBeCloseTo(1 - 12.5 / 16, 12); // lengths 9 to 16, four of each
  for (const { share, mean, variance, expected } of padded) {
    expect(mean).toBeCloseTo((1 - share) * words.mean, 5);
    expect(mean).toBeCloseTo(expected.mean, 5);
    expect(variance).toBeCloseTo(expected.variance, 5);
  }
  expect(Math.abs(padded[7].mean)).toBeLessThan(words.mean / 8);
});

test("padding moves batch norm's words ever further, those of masked batch norm and layer norm by nothing", () => {
  const changes = result.padded.map(({ change }) => change[0]);
  expect(changes).toEqual([...changes].sort((a, b) => a - b));
  expect(changes[0]).toBeGreaterThan(0.1);
  for (const { change } of result.padded) expect(change.slice(1)).toEqual([0, 0]);
});

test("positions are not compared; words alike within a sentence make statistics restless", () => {
  expect(result.shuffled).toBeLessThan(1e-5); // the sums run in another order
  for (const { independent, alike, sentences } of result.unrest) {
    // 16 words: σ²/(16·n), and with half of the variance common to a sentence σ²·(1/2 + 1/32)/n.
    expect(independent / (1 / Math.sqrt(16 * sentences))).toBeCloseTo(1, 0.5);
    expect(alike / Math.sqrt((0.5 + 1 / 32) / sentences)).toBeCloseTo(1, 0.5);
    expect(alike / independent).toBeGreaterThan(2);
  }
});

test("[N, L, C] is refused, or taken for what it is not", () => {
  const { refusal, right, wrong } = result.layout;
  expect(refusal).toBe(
    `BatchNorm1d: expected 13 channels, got 12 in input of shape [16, 12, 12], layout "nchw"`,
  );
  expect(right).toBeLessThan(1e-6);
  expect(wrong).toBeGreaterThan(1);
});

test("padding and mask, and the words back", async () => {
  const runtime = await createRuntime({ threads: 1 });
  const values = Float32Array.from({ length: 2 * 2 * 3 }, (_, i) => i + 1);
  const sentences = { values, batch: 2, channels: 2, longest: 3, lengths: [1, 3] };
  const { x, mask } = pad(sentences, 4, runtime);
  expect([...x.data]).toEqual([1, 0, 0, 0, 4, 0, 0, 0, 7, 8, 9, 0, 10, 11, 12, 0]);
  expect([...mask.data]).toEqual([1, 0, 0, 0, 1, 1, 1, 0]);
  expect([...wordsOf(x.data, sentences)]).toEqual([1, 4, 7, 8, 9, 10, 11, 12]);
  runtime.close();
});

test("text and report say it", () => {
  expect(paddingText(result, en)).toMatch(/^128 +90 % .* 0 +0$/m);
  const { summary, sections } = paddingReport(result, en);
  expect(summary).toMatch(/masked batch norm moves them by nothing, layer norm by nothing\.$/);
  expect(sections.map(({ html }) => html).join()).not.toMatch(/NaN|undefined/);
});

test("stops when told to, and refuses lengths too short", async () => {
  const { error, bytes } = await interrupt((options) => padding({}, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
  await expect(finish((options) => padding({ lengths: [15] }, options))).rejects.toThrow(
    "padding: expected lengths of at least 16, got 15",
  );
});
