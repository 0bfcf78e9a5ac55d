import { expect, test } from "vitest";
import { alignedTable } from "../../src/cli/report/table.js";
import { padEnd, padStart, widthOf, wrap } from "../../src/cli/width.js";

test("Chinese characters and full-width punctuation take two cells", () => {
  expect(["abc", "归一化", "ε = 1，", "±0.5 %", ""].map(widthOf)).toEqual([3, 6, 7, 6, 0]);
  expect(padEnd("层", 4)).toBe("层  ");
  expect(padStart("均值", 6)).toBe("  均值");
  expect(padEnd("longer", 2)).toBe("longer");
});

test("columns of a table are in line", () => {
  const lines = alignedTable(
    ["层", "有偏方差"],
    [
      ["LN2d", "1"],
      ["批归一化", "0.99988"],
    ],
  ).split("\n");
  expect(new Set(lines.map(widthOf)).size).toBe(1);
});

test("lines are broken between Chinese characters and before words, never before a full stop", () => {
  expect(wrap("批归一化（batch norm）的统计量。", 16).split("\n")).toEqual([
    "批归一化（batch",
    "norm）的统计量。",
  ]);
  expect(wrap("统计量：均值（方差）", 14).split("\n")).toEqual(["统计量：均值", "（方差）"]);
  expect(wrap("一二三。", 6).split("\n")).toEqual(["一二", "三。"]);
  expect(wrap("one two three\nfour", 8).split("\n")).toEqual(["one two", "three", "four"]);
});
