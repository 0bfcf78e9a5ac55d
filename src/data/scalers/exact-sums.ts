// Sums of float64 that are rounded once, in the end, so that no order and no split of the numbers changes a bit. Each is
// a long fixed-point number with digits of 26 bits: a superaccumulator (Neal 2015, arXiv 1505.05571).
import type { ProcessGroup } from "../../process-group.js";

const BITS = 26;
const BASE = 2 ** BITS;
/** Digit k counts in 2^(26k − 1074), where float64 begins. The last one is open above: it may have up to 53 bits. */
const DIGITS = 80;
const weights = Float64Array.from({ length: DIGITS }, (_, k) => 2 ** (BITS * k - 1074));
/** So many digits of 26 bits have a sum that float64 holds exactly. */
const ROOM = 2 ** 26;

const float = new Float64Array(1);
const [, high] = [0, 1].map((word) => new Uint32Array(float.buffer, 4 * word, 1));

/** Leaves 0 … 2²⁶ − 1 in every digit but the last: one value has one form. */
function carry(digits: Float64Array): Float64Array {
  for (let k = 0; k < DIGITS - 1; k++) {
    const over = Math.floor(digits[k] / BASE);
    digits[k] -= over * BASE;
    digits[k + 1] += over;
  }
  return digits;
}

function rounded(digits: Float64Array): number {
  if (digits[DIGITS - 1] < 0) return -rounded(carry(digits.map((digit) => -digit)));
  return digits.reduce((sum, digit, k) => sum + digit * weights[k], 0);
}

/** `count` sums of numbers below 2¹⁰⁰⁰, which must stay below that too. */
export class ExactSums {
  readonly #digits: Float64Array;
  #added = 0;

  constructor(count: number) {
    this.#digits = new Float64Array(count * DIGITS);
  }

  /** Adds to sum j. */
  add(j: number, value: number): void {
    float[0] = value;
    const exponent = (high[0] >>> 20) & 0x7ff;
    const k = Math.floor(Math.max(exponent - 1, 0) / BITS); // the digit of its last bit
    const at = j * DIGITS + k;
    let rest = value / weights[k]; // an integer of up to 78 bits, of which 53 are not 0
    const top = Math.trunc(rest / BASE ** 2);
    rest -= top * BASE ** 2;
    const middle = Math.trunc(rest / BASE);
    this.#digits[at] += rest - middle * BASE;
    this.#digits[at + 1] += middle;
    this.#digits[at + 2] += top;
    if (++this.#added % ROOM === 0) this.#each(carry);
  }

  /** The sums, over all ranks of `group` if there is one. */
  values(group: ProcessGroup | null): Float64Array {
    this.#each(carry);
    group?.allReduce(this.#digits); // exact, as the digits are small integers
    return Float64Array.from(this.#each(carry), rounded);
  }

  #each(step: (digits: Float64Array) => Float64Array): Float64Array[] {
    const count = this.#digits.length / DIGITS;
    return Array.from({ length: count }, (_, j) =>
      step(this.#digits.subarray(j * DIGITS, (j + 1) * DIGITS)),
    );
  }
}
