const N = 624;
const M = 397;

/** How many words a saved state has. */
export const SAVED_WORDS = N + 1;

/** MT19937 (Matsumoto and Nishimura 1998), seeded as C++'s std::mt19937 and torch.manual_seed seed it. */
export class MersenneTwister {
  readonly #state = new Uint32Array(N);
  #at = N;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < N; i++) {
      const last = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** The next 32 bits of the sequence. */
  next(): number {
    if (this.#at === N) this.#refill();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The place in its sequence, as 625 words. */
  save(): Uint32Array {
    const words = new Uint32Array(SAVED_WORDS);
    words[0] = this.#at;
    words.set(this.#state, 1);
    return words;
  }

  /** Goes on from the place where another one was. */
  restore(words: Uint32Array): void {
    this.#at = words[0];
    this.#state.set(words.subarray(1));
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
