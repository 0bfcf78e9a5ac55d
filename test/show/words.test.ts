import { expect, test } from "vitest";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";
import { escapeHtml } from "../../src/show/escape-html.js";
import { axesOf, duration, short } from "../../src/show/words.js";

test("numbers in words", () => {
  expect([0, 59.4, 59.6, 3725].map(duration)).toEqual(["0 s", "59 s", "1 min 00 s", "62 min 05 s"]);
  expect([0, 4.3, -0.5, 0.00012, 12345].map(short)).toEqual([
    "0",
    "4.30",
    "-0.500",
    "1.20e-4",
    "1.23e4",
  ]);
});

test("the axes a statistic is pooled over", () => {
  const axesOfNorm = (name: string) =>
    methodDescriptions
      .flatMap(({ methods }) => methods)
      .find((row) => row.name === name)
      ?.sets?.map(axesOf);
  expect(axesOfNorm("bn")).toEqual(["(N, H, W)"]);
  expect(axesOfNorm("gn")).toEqual(["(C/G, H, W)"]);
  expect(axesOfNorm("ln2d")).toEqual(["(C)"]);
  expect(axesOfNorm("lrn")).toEqual(["(window of C)"]);
  expect(axesOfNorm("ghost")).toEqual(["(part of N, H, W)"]);
  expect(axesOfNorm("lin")).toEqual(["(H, W)", "(C, H, W)"]);
});

test("text in HTML", () => {
  expect(escapeHtml(`<a href='x'>"&`)).toBe("&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
});
