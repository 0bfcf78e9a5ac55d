// Waiting with a deadline. A blocking call of a library could not be given up, and some of them spin on the processor.
import type { Work } from "../process-group.js";

/** Polls before the first nap. */
const SPINS = 20;
/** The length of a nap in milliseconds. */
const NAP = 0.1;

const bed = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps, and lets the processor do something else. */
export function nap(milliseconds: number): void {
  Atomics.wait(bed, 0, 0, milliseconds);
}

/** Calls `poll` until it returns true: at once, and then between naps. Calls `late`, which throws, after `timeout` s. */
export function waitFor(poll: () => boolean, timeout: number, late: () => never): void {
  const start = performance.now();
  for (let polls = 1; !poll(); polls++) {
    if (polls < SPINS) continue;
    if (performance.now() - start > 1000 * timeout) late();
    nap(NAP);
  }
}

/** A collective under way. */
export class Pending implements Work {
  #poll: (() => boolean) | null;
  readonly #finish: () => void;
  readonly #wait: (work: Pending) => void;

  /** `finish` runs once, when the collective is done. `wait` knows the deadline. */
  constructor(poll: () => boolean, finish: () => void, wait: (work: Pending) => void) {
    this.#poll = poll;
    this.#finish = finish;
    this.#wait = wait;
  }

  get done(): boolean {
    return this.#poll === null;
  }

  poll(): boolean {
    if (this.#poll === null) return true;
    if (!this.#poll()) return false;
    this.#poll = null;
    this.#finish();
    return true;
  }

  wait(): void {
    if (this.#poll) this.#wait(this);
  }
}
