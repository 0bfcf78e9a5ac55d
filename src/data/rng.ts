/**
 * sfc32 of Chris Doty-Humphrey (PractRand): small, fast, and made of integer arithmetic only, so that every engine
 * draws the same numbers. `stream` separates generators with the same seed.
 */
export class Rng {
  #a: number;
  #b: number;
  #c = 0;
  #counter = 1;

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** A second generator that draws the same numbers from here on. */
  clone(): Rng {
    const copy = new Rng(0);
    copy.#a = this.#a;
    copy.#b = this.#b;
    copy.#c = this.#c;
    copy.#counter = this.#counter;
    return copy;
  }

  /** 0 to 2³² − 1. */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from `low` up to, but not including, `high`. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 2 ** 32);
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** Puts the elements into a random order, in place (Fisher–Yates). */
  shuffle<T extends Uint32Array | unknown[]>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}
