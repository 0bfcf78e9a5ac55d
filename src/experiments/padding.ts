import { noGrad } from "../autograd.js";
import { BatchNorm1d } from "../nn/norm.js";
import { batchNorm } from "../ops/norm/batch-norm.js";
import { layerNorm } from "../ops/norm/layer-norm.js";
import { permute } from "../ops/shape/permute.js";
import { manualSeed } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy } from "../tensor.js";
import { pace } from "./pace.js";
import { drawSentences, pad, type Sentences, wordMoments, wordsOf } from "./sentences.js";
import { layouts, shuffle, spreadOfMeans } from "./sequence-layout.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** Settings of `padding`; `paddingDefaults` has the defaults. */
export interface PaddingConfig {
  seed: number;
  /** The number of sentences. */
  batch: number;
  channels: number;
  /** The number of words in the shortest sentence. */
  shortest: number;
  /** The number of words in the longest sentence. */
  longest: number;
  /** The lengths to which the sentences are padded. */
  lengths: readonly number[];
  /** The batch sizes at which the spread of the statistics is measured, and the number of batches of each size. */
  sizes: readonly number[];
  batches: number;
}

/** The settings of `padding` where none are given. */
export const paddingDefaults: PaddingConfig = {
  seed: 0,
  batch: 32,
  channels: 8,
  shortest: 9,
  longest: 16,
  lengths: [16, 20, 24, 32, 48, 64, 96, 128],
  sizes: [4, 16, 64],
  batches: 100,
};

/** The norms that are compared, in the order of the results. */
export const paddingNorms = ["batch norm", "masked batch norm", "layer norm"] as const;

/** The sentences, padded to one length. */
export interface Padded {
  length: number;
  /** Share of the positions that are padding. */
  share: number;
  /** Batch norm's statistics of feature 0 over all positions, and the statistics expected from the share. */
  mean: number;
  variance: number;
  expected: { mean: number; variance: number };
  /** How much padding changes the outputs of the words (root mean square), in the order of `paddingNorms`. */
  change: number[];
}

/** What `padding` returns. */
export interface PaddingResult {
  config: PaddingConfig;
  /** Mean and variance of feature 0 over the words alone. */
  words: { mean: number; variance: number };
  padded: Padded[];
  /** Largest difference between batch norm of shuffled words and shuffled batch norm of words. */
  shuffled: number;
  /**
   * [N, L, C] given to a layer for [N, C, L]: its error message, and the largest |mean| of a feature where it gives no
   * error.
   */
  layout: { refusal: string; right: number; wrong: number };
  /**
   * The deviation of the batch mean between batches: with independent words, and with similar words in each sentence.
   */
  unrest: { sentences: number; independent: number; alike: number }[];
}

/**
 * Shows how padding changes batch, masked batch and layer norm, and why text is difficult for batch norm.
 * @throws RangeError for lengths below the longest sentence
 */
export async function* padding(
  settings: Partial<PaddingConfig> = {},
  options: ExperimentOptions = {},
): AsyncGenerator<Stage, PaddingResult> {
  const config = settingsOf("padding", paddingDefaults, settings, options);
  const { runtime = defaultRuntime(), signal } = options;
  const { lengths, sizes, seed, longest } = config;
  if (lengths.some((length) => length < longest))
    throw new RangeError(`padding: expected lengths of at least ${longest}, got ${lengths}`);
  manualSeed(seed);
  const sentences = drawSentences(config, 0.5, runtime);
  const [, masked, layer] = paddingNorms.map((_, k) => outputOf(k, sentences, longest, runtime));
  // even the shortest length has some padding, but masked statistics ignore it
  const unpadded = [masked, masked, layer];
  const words = wordMoments(sentences);
  const padded: Padded[] = [];
  const steps = lengths.length + sizes.length;
  for (const length of lengths) {
    await pace(signal);
    const outputs = paddingNorms.map((_, k) => outputOf(k, sentences, length, runtime));
    const change = outputs.map((output, k) => rootMeanSquare(output, unpadded[k]));
    padded.push({ length, ...statistics(sentences, words, length, runtime), change });
    yield { stage: "padding", step: padded.length, steps, text: `to ${length}` };
  }
  const unrest: PaddingResult["unrest"] = [];
  for (const size of sizes) {
    const spread = (common: number) =>
      spreadOfMeans({ ...config, batch: size, shortest: longest }, common, config.batches, runtime);
    const independent = await spread(0);
    const alike = await spread(0.5);
    unrest.push({ sentences: size, independent, alike });
    yield {
      stage: "padding",
      step: lengths.length + unrest.length,
      steps,
      text: `${size} a batch`,
    };
    await pace(signal);
  }
  const rest = { shuffled: shuffle(sentences, runtime), layout: layouts(runtime) };
  return { config, words, padded, ...rest, unrest };
}

/** The outputs of one of `paddingNorms` for the words. */
function outputOf(
  norm: number,
  sentences: Sentences,
  length: number,
  runtime: Runtime,
): Float32Array {
  return tidy(() =>
    noGrad(() => {
      const { x, mask } = pad(sentences, length, runtime);
      if (norm === 0) return wordsOf(batchNorm(x, { training: true }).data, sentences);
      if (norm === 1) return wordsOf(batchNorm(x, { training: true, mask }).data, sentences);
      const rows = layerNorm(permute(x, [0, 2, 1]), [sentences.channels]);
      return wordsOf(permute(rows, [0, 2, 1]).data, sentences);
    }),
  );
}

const rootMeanSquare = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);

/**
 * The statistics of feature 0 over all positions, from the running statistics of a layer with momentum 1, and the
 * expected statistics of the words with zeros added.
 */
function statistics(
  sentences: Sentences,
  words: { mean: number; variance: number },
  length: number,
  runtime: Runtime,
): Omit<Padded, "length" | "change"> {
  using layer = new BatchNorm1d(sentences.channels, { momentum: 1, runtime });
  const count = sentences.batch * length;
  const share = 1 - sentences.lengths.reduce((sum, n) => sum + n, 0) / count;
  noGrad(() => tidy(() => void layer.forward(pad(sentences, length, runtime).x)));
  const [mean, unbiased] = [layer.runningMean, layer.runningVar].map((t) => (t as Tensor).data[0]);
  return {
    share,
    mean,
    variance: (unbiased * (count - 1)) / count,
    expected: {
      mean: (1 - share) * words.mean,
      variance: (1 - share) * (words.variance + share * words.mean ** 2),
    },
  };
}
