// Sums whose bits depend neither on the order of the numbers nor on how they are split: reproducible summation (Demmel
// and Nguyen 2013, "Fast reproducible floating-point summation"). Each number is cut into digits of 20 bits below the
// largest one. The sum of a digit is exact up to 2³³ numbers.
import type { ProcessGroup } from "../../process-group.js";

const BASE = 2 ** 20;
const DIGITS = [0, 1, 2];

/** `count` sums, over all ranks of `group` if there is one. `numbers` adds its numbers each time it is called. */
export function splitSums(
  count: number,
  numbers: (add: (value: number, j: number) => void) => void,
  group: ProcessGroup | null,
): Float64Array {
  const largest = new Float64Array(count);
  numbers((value, j) => {
    largest[j] = Math.max(largest[j], Math.abs(value));
  });
  group?.allReduce(largest, { op: "max" });
  /** The sizes of the first digits, powers of two. That of the last digits is 2⁻¹⁰⁷⁴ or more. */
  const unit = largest.map((value) => {
    let size = 2 ** -1034;
    while (size * BASE < value) size *= 2;
    return size;
  });
  const sums = DIGITS.map(() => new Float64Array(count));
  numbers((value, j) => {
    let rest = value / unit[j];
    for (const sum of sums) {
      const digit = Math.round(rest);
      sum[j] += digit;
      rest = (rest - digit) * BASE;
    }
  });
  for (const sum of sums) group?.allReduce(sum);
  return unit.map((size, j) => size * sums.reduceRight((sum, digit) => sum / BASE + digit[j], 0));
}
