import { expect, test } from "vitest";
import { cosPi, exp, exponentOf, log2, power } from "../src/portable-math.js";

test("cosPi is cos(πx) to 1e-15, and exact at whole and half turns", () => {
  for (let i = -3000; i <= 3000; i++) {
    const x = i / 997;
    // the cos of the rounded π·x has itself an error of 1e-15
    expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x))).toBeLessThan(2e-15);
  }
  expect([0, 1, 2, 3, -1].map(cosPi)).toEqual([1, -1, 1, -1, -1]);
  expect(Math.abs(cosPi(0.5))).toBeLessThan(1e-16);
});

test("power is base^exponent", () => {
  for (const base of [0.9, 0.999, 0.1, 1.5, 0])
    for (const exponent of [0, 1, 2, 7, 100, 1001])
      expect(power(base, exponent) / base ** exponent || 1).toBeCloseTo(1, 12);
  expect(power(0.5, 2 ** 40)).toBe(0);
});

/** The distance of two normal numbers, in units in the last place. */
const ulps = (a: number, b: number) => Math.abs(a - b) / 2 ** (exponentOf(Math.abs(b)) - 52);

test("exp is eˣ to 2 ulp, up to the ends of the range", () => {
  for (let i = -7000; i <= 7000; i++) expect(ulps(exp(i / 9.9), Math.exp(i / 9.9))).toBeLessThan(3);
  expect([0, -Infinity, Infinity, Number.NaN, -800, 800].map(exp)).toEqual([
    ...[1, 0, Infinity, Number.NaN, 0, Infinity],
  ]);
  expect(exp(-745)).toBe(5e-324);
});

test("exponentOf and log2 are those of the number", () => {
  for (let e = -1022; e < 1024; e++) {
    for (const [m, floor] of [
      [1, e],
      [1.5, e],
      [2 - 2 ** -52, e],
    ])
      expect(exponentOf(m * 2 ** e)).toBe(floor);
    expect(log2(2 ** e)).toBe(e);
    const x = (1 + (((e + 1022) * 0.377) % 1)) * 2 ** e;
    expect(Math.abs(log2(x) - Math.log2(x)) / Math.max(1, Math.abs(e))).toBeLessThan(1e-15);
  }
});
