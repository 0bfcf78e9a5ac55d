import { expect, test } from "vitest";
import { articles, corrections, correctionsOf } from "../../src/experiments/corrections.js";

test("the corrections are W1 to W32, each of a known article and shown by some experiment", () => {
  expect(corrections.map(({ id }) => id)).toEqual(
    Array.from({ length: 32 }, (_, i) => `W${i + 1}`),
  );
  for (const { where, claim, truth, shownBy } of corrections) {
    for (const name of where.match(/\d{3}/g) ?? [""]) expect(articles).toHaveProperty(name);
    expect(claim).toMatch(/\.$/);
    expect(truth).toMatch(/\.$/);
    expect(shownBy.length).toBeGreaterThan(0);
  }
  expect(correctionsOf("layers").map(({ id }) => id)).toContain("W2");
  expect(correctionsOf("no such")).toEqual([]);
});
