import { Rng } from "../data/rng.js";
import { TransformerLM } from "../models/transformer-lm.js";
import type { TransformerNormName } from "../models/transformer-norms.js";
import type { Module } from "../nn/module.js";
import { AdamW } from "../optim/adam.js";
import { LinearLR } from "../optim/lr-schedules.js";
import type { Rules } from "../options.js";
import { manualSeed, rand } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import { tidy } from "../tensor.js";
import { type BlockTiming, timeBlock } from "./article-block.js";
import { firstGradients, heldOutLoss, leakOf, lossOf, write } from "./char-measures.js";
import { CharText } from "./char-text.js";
import { pace } from "./pace.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** The variants: where the norm stands, and which norm it is. */
export const transformerVariants = {
  "post-ln": { norm: "post", normLayer: "layer" },
  "pre-ln": { norm: "pre", normLayer: "layer" },
  "pre-rms": { norm: "pre", normLayer: "rms" },
  "pre-dyt": { norm: "pre", normLayer: "dyt" },
  "pre-bn": { norm: "pre", normLayer: "batch" },
} as const satisfies Record<string, { norm: "post" | "pre"; normLayer: TransformerNormName }>;
/** The name of one of `transformerVariants`. */
export type TransformerVariant = keyof typeof transformerVariants;

/** Settings of `transformer`; `transformerDefaults` has the defaults. */
export interface TransformerConfig {
  variants: readonly TransformerVariant[];
  /** The number of blocks. */
  layers: number;
  dModel: number;
  nHead: number;
  dFF: number;
  /** The number of characters of a piece. */
  context: number;
  batchSize: number;
  steps: number;
  /** AdamW's step size. */
  lr: number;
  /** The number of steps in which the rate rises to `lr`. 0: no warm-up. */
  warmup: number;
  seed: number;
  /** The number of trainings per variant; seeds count up. */
  seeds: number;
  /** The number of characters that each trained net writes. */
  sample: number;
  /** Whether the article's block in full size is measured at the end. */
  fullSize: boolean;
}

/** What may be changed while `transformer` runs. */
export interface TransformerControls {
  /** Replaces the configuration's `lr`, with the warm-up as it is, and is read before every step. */
  lr?: number;
}

/** Options of `transformer` beside its settings. */
export interface TransformerOptions extends ExperimentOptions {
  /** Controls that may change at any time. */
  controls?: TransformerControls;
}

/** What `transformer` reports while it runs. */
export interface TransformerEvent extends Stage {
  variant?: TransformerVariant;
  /** The loss of the step. */
  loss?: number;
  /** ‖gradient‖ of each block before the first step, with this one. */
  gradientNorms?: number[];
}

/** The settings of `transformer` where none are given. */
export const transformerDefaults: TransformerConfig = {
  variants: Object.keys(transformerVariants) as TransformerVariant[],
  layers: 8,
  dModel: 64,
  nHead: 4,
  dFF: 256,
  context: 64,
  batchSize: 8,
  steps: 200,
  lr: 2e-3,
  warmup: 0,
  seed: 0,
  seeds: 1,
  sample: 160,
  fullSize: true,
};

const optionRules: Rules<TransformerOptions> = {
  runtime: "Runtime",
  signal: "Object",
  controls: "Object",
};

/** The training of one variant from one seed. */
export interface TransformerRun {
  variant: TransformerVariant;
  seed: number;
  parameters: number;
  /** The cross-entropy of each step, in nats a character. */
  losses: number[];
  /** The loss on the held-out text, in evaluation mode. */
  heldOut: number;
  /** The loss on the held-out text, one piece at a time. */
  heldOutBatch1: number;
  /** ‖gradient‖ of each block's second feed-forward weight before the first step: the mean over four batches. */
  gradientNorms: number[];
  /**
   * How much the logits of earlier characters change with the last one, in training. This is 0 unless statistics leak.
   */
  leak: number;
  secondsPerStep: number;
  /** Decoding with batch 1: the text it writes, and the milliseconds a character. */
  sample: string;
  millisecondsPerCharacter: number;
}

/** What `transformer` returns. */
export interface TransformerResult {
  config: TransformerConfig;
  text: { name: string; characters: number; vocabulary: number };
  runs: TransformerRun[];
  /** The time of the article's block in full size, or null where it was not wanted. */
  block: BlockTiming | null;
}

/**
 * Trains small language models that differ in the norm and its place. All start from the same seeds and see the same
 * pieces of `text`. At the end it measures the article's block in full size.
 */
export async function* transformer(
  { name, content }: { name: string; content: string },
  settings: Partial<TransformerConfig> = {},
  options: TransformerOptions = {},
): AsyncGenerator<TransformerEvent, TransformerResult> {
  const config = settingsOf("transformer", transformerDefaults, settings, options, optionRules);
  const { runtime = defaultRuntime(), signal } = options;
  const text = new CharText(content, config.context);
  const runs: TransformerRun[] = [];
  for (let seed = config.seed; seed < config.seed + config.seeds; seed++)
    for (const variant of config.variants)
      runs.push(yield* trainOne(text, variant, seed, config, options));
  if (config.fullSize)
    yield { stage: "the article's block", step: 0, steps: 0, text: "[32, 50, 512]" };
  const block = config.fullSize ? await timeBlock(runtime, signal) : null;
  const { length: vocabulary } = text.characters;
  return { config, text: { name, characters: [...content].length, vocabulary }, runs, block };
}

async function* trainOne(
  text: CharText,
  variant: TransformerVariant,
  seed: number,
  config: TransformerConfig,
  { runtime = defaultRuntime(), signal, controls = {} }: TransformerOptions,
): AsyncGenerator<TransformerEvent, TransformerRun> {
  const { steps, batchSize, lr, warmup, sample: length, layers, dModel, nHead, dFF } = config;
  const stage = `${variant} seed ${seed}`;
  manualSeed(seed);
  const { characters, context: contextLength } = text;
  const sizes = { layers, dModel, nHead, dFF, vocabSize: characters.length, contextLength };
  const net = new TransformerLM({ ...sizes, ...transformerVariants[variant], runtime });
  xavier(net.blocks);
  const optimizer = new AdamW(net.parameters(), { lr });
  const schedule =
    warmup > 0 ? new LinearLR(optimizer, { startFactor: 1 / warmup, totalIters: warmup }) : null;
  const rng = new Rng(seed);
  try {
    const gradientNorms = firstGradients(net, text, batchSize, seed);
    const leak = leakOf(net, text, seed);
    const losses: number[] = [];
    let seconds = 0;
    for (let step = 1; step <= steps; step++) {
      await pace(signal);
      const begin = performance.now();
      const pieces = text.batch(batchSize, rng);
      losses.push(
        tidy(() => {
          optimizer.zeroGrad();
          const loss = lossOf(net, pieces);
          loss.backward();
          const scheduled = optimizer.lr;
          optimizer.lr = scheduled * ((controls.lr ?? lr) / lr);
          optimizer.step();
          optimizer.lr = scheduled; // the schedule goes on from there
          schedule?.step();
          return loss.item();
        }),
      );
      seconds += (performance.now() - begin) / 1000;
      const loss = losses[step - 1];
      const told = { variant, loss, ...(step === 1 && { gradientNorms }) };
      yield { stage, step, steps, text: `loss ${loss.toFixed(3)}`, ...told };
    }
    net.eval();
    const heldOut = heldOutLoss(net, text, batchSize);
    const heldOutBatch1 = heldOutLoss(net, text, 1);
    const begin = performance.now();
    const sample = write(net, text, length, seed);
    const millisecondsPerCharacter = (performance.now() - begin) / length;
    yield { stage, step: 0, steps: 0, text: `held-out loss ${heldOut.toFixed(3)}`, done: true };
    return {
      variant,
      seed,
      parameters: net.parameters().reduce((sum, { size }) => sum + size, 0),
      losses,
      heldOut,
      heldOutBatch1,
      gradientNorms,
      leak,
      secondsPerStep: seconds / steps,
      sample,
      millisecondsPerCharacter,
    };
  } finally {
    optimizer.dispose();
    net.zeroGrad();
    net.dispose();
  }
}

/**
 * The uniform weights of Glorot and Bengio 2010, as in the papers compared here (Xiong et al. 2020, arXiv 2002.04745).
 * PyTorch's default for linear layers is smaller: with it a block adds so little to its input that the place of the
 * norm matters less.
 */
function xavier(module: Module): void {
  for (const weight of module.parameters()) {
    if (weight.shape.length !== 2) continue;
    const bound = Math.sqrt(6 / (weight.shape[0] + weight.shape[1]));
    using random = rand(weight.shape, { runtime: weight.runtime });
    random.data.forEach((share, i) => {
      weight.data[i] = bound * (2 * share - 1);
    });
  }
}
