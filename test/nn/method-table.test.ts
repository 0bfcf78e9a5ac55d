import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { methodTable } from "../../.build/method-table.mjs";
import { methodFamilies, methods } from "../../src/experiments/methods/index.js";

test("README.md beside the descriptions has the table as it is: npm run build:methods", () => {
  const readme = readFileSync(
    new URL("../../src/experiments/methods/README.md", import.meta.url),
    "utf8",
  );
  const [, between] = readme.split(/<!-- methods:(?:begin|end) -->/);
  expect(between).toBe(`\n\n${methodTable(methodFamilies())}\n`);
});

test("every method has a row, and rows have as many cells as their head", () => {
  const table = methodTable(methodFamilies());
  for (const { title } of methods()) expect(table).toContain(`| ${title} |`);
  const rows = table.split("\n").filter((line) => line.startsWith("|"));
  expect(new Set(rows.map((row) => row.split(" | ").length))).toEqual(new Set([9]));
});
