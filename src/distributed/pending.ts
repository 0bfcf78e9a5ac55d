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

/**
 * Calls `poll` until it returns true: at once, and then between naps. Calls `late`, which throws, after `timeout` s.
 */
export function waitFor(poll: () => boolean, timeout: number, late: () => never): void {
  const start = performance.now();
  for (let polls = 1; !poll(); polls++) {
    if (polls < SPINS) continue;
    if (performance.now() - start > 1000 * timeout) late();
    nap(NAP);
  }
}

interface Steps {
  poll(): boolean;
  /** Runs once, when `poll` has said so. */
  done(): void;
  /** Runs once, when `poll` has thrown. Gives the error to be thrown from now on. */
  failed(cause: unknown): Error;
  /** Polls up to the deadline. */
  wait(): void;
}

/** A collective under way. */
export class Pending implements Work {
  readonly #steps: Steps;
  #done = false;
  #error: Error | null = null;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  get done(): boolean {
    return this.#done;
  }

  poll(): boolean {
    if (this.#error) throw this.#error;
    if (this.#done) return true;
    try {
      if (!this.#steps.poll()) return false;
    } catch (cause) {
      this.#error = this.#steps.failed(cause);
      throw this.#error;
    }
    this.#done = true;
    this.#steps.done();
    return true;
  }

  wait(): void {
    if (!this.#done) this.#steps.wait();
  }
}
