import { noGrad } from "../autograd.js";
import { BatchNorm1d } from "../nn/index.js";
import { batchNorm, layerNorm, permute } from "../ops/index.js";
import { manualSeed } from "../random.js";
import { defaultRuntime, type Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy } from "../tensor.js";
import { pace } from "./pace.js";
import { drawSentences, pad, type Sentences, wordMoments, wordsOf } from "./sentences.js";
import { layouts, shuffle, spreadOfMeans } from "./sequence-layout.js";
import type { ExperimentOptions, Stage } from "./stage.js";

export interface PaddingConfig {
  seed: number;
  /** Sentences. */
  batch: number;
  channels: number;
  shortest: number;
  longest: number;
  /** What the sentences are padded to. */
  lengths: readonly number[];
  /** Batch sizes the statistics' unrest is measured at, and batches of each. */
  sizes: readonly number[];
  batches: number;
}

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

export const paddingNorms = ["batch norm", "masked batch norm", "layer norm"] as const;

/** The same sentences padded to one length. */
export interface Padded {
  length: number;
  /** Share of the positions that are padding. */
  share: number;
  /** Batch norm's statistics of feature 0 over all positions, and as they follow from the share. */
  mean: number;
  variance: number;
  expected: { mean: number; variance: number };
  /** Root mean square of what padding changes in the words' outputs, in the order of `paddingNorms`. */
  change: number[];
}

export interface PaddingResult {
  config: PaddingConfig;
  /** Of feature 0 over the words alone. */
  words: { mean: number; variance: number };
  padded: Padded[];
  /** Largest difference between batch norm of shuffled words and shuffled batch norm of words. */
  shuffled: number;
  /** [N, L, C] given to a layer for [N, C, L]: what it says, and the largest |mean| of a feature where it says nothing. */
  layout: { refusal: string; right: number; wrong: number };
  /** Deviation of the batch mean from batch to batch: words independent, and words of a sentence alike. */
  unrest: { sentences: number; independent: number; alike: number }[];
}

/** What padding does to batch, masked batch and layer norm, and what it is about text that batch norm does not like. */
export async function* padding(
  settings: Partial<PaddingConfig> = {},
  { runtime = defaultRuntime(), signal }: ExperimentOptions = {},
): AsyncGenerator<Stage, PaddingResult> {
  const config = { ...paddingDefaults, ...settings };
  const { lengths, sizes, seed, longest } = config;
  if (lengths.some((length) => length < longest))
    throw new RangeError(`padding: expected lengths of at least ${longest}, got ${lengths}`);
  manualSeed(seed);
  const sentences = drawSentences(config, 0.5, runtime);
  const [, masked, layer] = paddingNorms.map((_, k) => outputOf(k, sentences, longest, runtime));
  const unpadded = [masked, masked, layer]; // the least padding is some already, but not to masked statistics
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

/** The words' outputs of one of `paddingNorms`. */
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

/** Of feature 0, over all positions, by the running statistics of a layer with momentum 1; and what zeros make of the words'. */
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
