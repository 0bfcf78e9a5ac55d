import { expect, test } from "vitest";
import { DataLoader, proceduralDataset } from "../../src/data/index.js";
import { answersOf, countRight, countSteps } from "../../src/experiments/train.js";

test.each([
  ["a whole number of epochs", 20, 4, 2 * 3],
  ["the last batch of an epoch is a short one", 10, 4, 3],
  ["a part of an epoch", 7, 4, 2],
  ["an epoch and a part", 11, 4, 4],
  ["single images", 13, 1, 13],
])("countSteps: %s", (_, samples, batchSize, steps) => {
  const loader = new DataLoader(proceduralDataset({ count: 10 }), { batchSize });
  expect(countSteps(loader, samples)).toBe(steps);
});

test("countRight: the largest logit decides, the first of equal ones, NaN never", () => {
  const right = (row: number[], label: number) =>
    countRight(Float32Array.from(row), Int32Array.of(label));
  expect(right([1, 3, 2], 1)).toBe(1);
  expect(right([1, 3, 2], 2)).toBe(0);
  expect(right([2, 2, 1], 0)).toBe(1);
  expect(right([2, 2, 1], 1)).toBe(0);
  expect(right([Number.NaN, 3, 2], 1)).toBe(0);
  expect(countRight(Float32Array.of(1, 0, 0, 1, 1, 0), Int32Array.of(0, 1, 1))).toBe(2);
});

test("answersOf: the class of the largest logit, the first of equal ones, −1 for NaN", () => {
  const rows = [1, 3, 2, 2, 2, 1, Number.NaN, 3, 2, -Infinity, -Infinity, -Infinity];
  expect(answersOf(Float32Array.from(rows), 4)).toEqual([1, 0, -1, 0]);
});
