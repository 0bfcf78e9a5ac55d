import { randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, zeros } from "../tensor.js";
import { momentsOf } from "./moments.js";

/**
 * Sentences of different lengths: values [N, C, length of the longest]. Only the first lengths[n] positions of each
 * sentence n count.
 */
export interface Sentences {
  values: Float32Array;
  batch: number;
  channels: number;
  longest: number;
  lengths: number[];
}

/**
 * Every feature is normal with mean 2 and deviation 1. The words of a sentence share the part `common` of the variance.
 */
export const FEATURE_MEAN = 2;

export function drawSentences(
  { batch, channels, shortest, longest }: SentencesOptions,
  common: number,
  runtime: Runtime,
): Sentences {
  using words = randn([batch, channels, longest], { runtime });
  using offsets = randn([batch * channels, 1], { runtime });
  const values = words.data.map(
    (value, i) =>
      FEATURE_MEAN +
      Math.sqrt(1 - common) * value +
      Math.sqrt(common) * offsets.data[Math.floor(i / longest)],
  );
  // Every length comes equally often, so that a batch has the same number of words with every seed.
  const lengths = Array.from(
    { length: batch },
    (_, n) => shortest + (n % (longest - shortest + 1)),
  );
  return { values, batch, channels, longest, lengths };
}

export interface SentencesOptions {
  batch: number;
  channels: number;
  shortest: number;
  longest: number;
}

/** The sentences as x [N, C, length] with zeros after their ends, and the mask [N, length] of the words. */
export function pad(
  { values, batch, channels, longest, lengths }: Sentences,
  length: number,
  runtime: Runtime,
): { x: Tensor; mask: Tensor } {
  const x = zeros([batch, channels, length], { runtime });
  const mask = zeros([batch, length], { runtime });
  lengths.forEach((words, n) => {
    mask.data.fill(1, n * length, n * length + words);
    for (let c = 0; c < channels; c++) {
      const row = n * channels + c;
      x.data.set(values.subarray(row * longest, row * longest + words), row * length);
    }
  });
  return { x, mask };
}

/** The values of [N, C, length] that belong to words, sentence by sentence. */
export function wordsOf(
  padded: Float32Array,
  { batch, channels, lengths }: Sentences,
): Float32Array {
  const length = padded.length / (batch * channels);
  const rows = lengths.flatMap((words, n) =>
    Array.from({ length: channels }, (_, c) => {
      const start = (n * channels + c) * length;
      return padded.subarray(start, start + words);
    }),
  );
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Mean and biased variance of feature 0 over the words. */
export function wordMoments({ values, channels, longest, lengths }: Sentences): {
  mean: number;
  variance: number;
} {
  const words = lengths.flatMap((count, n) => [
    ...values.subarray(n * channels * longest, n * channels * longest + count),
  ]);
  const { mean, biased } = momentsOf(words);
  return { mean, variance: biased };
}
