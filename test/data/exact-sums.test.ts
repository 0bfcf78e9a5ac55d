import { expect, test } from "vitest";
import { ExactSums } from "../../src/data/scalers/exact-sums.js";
import { normal } from "../helpers.js";

/** The sum in units of 2⁻¹⁰⁷⁴, of which every float64 has a whole number. */
function whole(list: readonly number[]): bigint {
  const words = new DataView(new ArrayBuffer(8));
  return list.reduce((sum, value) => {
    words.setFloat64(0, value);
    const bits = words.getBigUint64(0);
    const exponent = (bits >> 52n) & 0x7ffn;
    const fraction = bits & (2n ** 52n - 1n);
    const size = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
    return value < 0 ? sum - size : sum + size;
  }, 0n);
}

const sumOf = (list: readonly number[]) => {
  const sums = new ExactSums(2);
  for (const value of list) sums.add(1, value);
  const [none, sum] = sums.values(null);
  expect(none).toBe(0);
  return sum;
};

test.each([
  ["cancellation", [2 ** 900, 1, -(2 ** 900), 2 ** -1074]],
  [
    "the smallest and the largest numbers",
    [2 ** -1074, -3 * 2 ** -1074, 2 ** 999, -(2 ** 999) * 0.75],
  ],
  ["below zero", [-1e-300, -1e300, 5e299]],
  ["of all sizes", Array.from(normal(5000, 1), (v, i) => v * 2 ** (((i * 37) % 1900) - 950))],
  ["of one size", Array.from(normal(5000, 2), (v) => v + 1e8)],
  ["nothing", []],
])("%s: within one unit in the last place of the exact sum", (_, list) => {
  const exact = whole(list);
  const error = whole([sumOf(list)]) - exact;
  const size = exact < 0n ? -exact : exact;
  expect((error < 0n ? -error : error) << 52n <= size).toBe(true);
  expect(sumOf([...list].reverse())).toBe(sumOf(list));
});
