import type { Rng } from "../data/rng.js";

/** A text as indices of its characters. The last tenth is held out. */
export class CharText {
  /** Every character once, in the order of code points. */
  readonly characters: readonly string[];
  readonly #training: Int32Array;
  readonly #heldOut: Int32Array;

  /** Throws RangeError for a text from which no piece of `context` + 1 characters can be cut in each part. */
  constructor(
    text: string,
    readonly context: number,
  ) {
    const all = [...text];
    this.characters = [...new Set(all)].sort();
    const index = new Map(this.characters.map((character, i) => [character, i]));
    const indices = Int32Array.from(all, (character) => index.get(character) ?? 0);
    const split = Math.floor(0.9 * indices.length);
    this.#training = indices.subarray(0, split);
    this.#heldOut = indices.subarray(split);
    if (this.#heldOut.length <= context)
      throw new RangeError(
        `transformer: expected a text of more than ${10 * (context + 1)} characters, got ${all.length}`,
      );
  }

  /** `count` random pieces of the part for training. */
  batch(count: number, rng: Rng): Pieces {
    const starts = Array.from({ length: count }, () =>
      rng.below(this.#training.length - this.context),
    );
    return this.#cut(this.#training, starts);
  }

  /** The held-out part in consecutive pieces, `count` at a time. */
  *heldOut(count: number): Generator<Pieces> {
    const pieces = Math.floor((this.#heldOut.length - 1) / this.context);
    for (let piece = 0; piece < pieces; piece += count) {
      const starts = Array.from({ length: Math.min(count, pieces - piece) }, (_, i) => piece + i);
      yield this.#cut(
        this.#heldOut,
        starts.map((start) => start * this.context),
      );
    }
  }

  /** The first characters of the held-out part. */
  get prompt(): Int32Array {
    return this.#heldOut.slice(0, this.context);
  }

  #cut(from: Int32Array, starts: number[]): Pieces {
    const inputs = new Int32Array(starts.length * this.context);
    const targets = new Int32Array(inputs.length);
    starts.forEach((start, i) => {
      inputs.set(from.subarray(start, start + this.context), i * this.context);
      targets.set(from.subarray(start + 1, start + 1 + this.context), i * this.context);
    });
    return { count: starts.length, inputs, targets };
  }
}

/** Pieces of text, and for each character the one that follows it. */
export interface Pieces {
  count: number;
  inputs: Int32Array;
  targets: Int32Array;
}
