export const transformer = {
  description: "small language models that differ in where their norms stand and which they are",
  text: "what they learn, in UTF-8; without: a log book that comes along",
  variants: (names: string) => `what to compare, with commas between: ${names}`,
  layers: "transformer blocks",
  lr: "step size of AdamW",
  warmup: "steps in which the step size rises",
  seeds: "runs per variant, seeds counting up",
  logbook: "the log book",
  head: [
    "norm",
    "first loss",
    "held-out loss",
    "one piece at a time",
    "gradient, last ÷ first block",
    "leak",
    "ms per step",
    "ms per character",
  ],
  block: (parameters: string, shape: string, ms: string, agree: boolean) =>
    `The article's block: ${parameters} parameters, [32, 50, 512] → [${shape}] in ${ms} ms; masks of shape [T, T], ` +
    `[1, T, T] and [B, T, T] ${agree ? "give the same bits" : "DIFFER"}.`,
  title: "Where a transformer's norms stand, and which they are",
  summary: (losses: string, vocabulary: number, chance: string) =>
    `Held-out loss in nats a character: ${losses}; knowing nothing is ln ${vocabulary} = ${chance}.`,
  /** The nets, the text they learn and how. */
  nets: (layers: number, features: number, heads: number, parameters: string) =>
    `Language models of ${layers} blocks (${features} features, ${heads} heads, ${parameters} parameters)`,
  learn: (text: string, characters: string, vocabulary: number) =>
    `learn to predict the next character of ${text} (${characters} characters, ${vocabulary} different),`,
  by: (lr: number, warmup: number) =>
    `by AdamW with rate ${lr}${warmup ? `, warmed up over ${warmup} steps` : " and no warm-up"},`,
  from: (batch: number, context: number, seeds: number) =>
    `${batch} pieces of ${context} characters a step, from ${seeds} seed${seeds === 1 ? "" : "s"}.`,
  placed:
    "Post: the norm stands behind each sum, as in the article and in 2017. Pre: before each part that is added.",
  loss: {
    title: "Loss",
    chart: "Training loss over steps",
    x: "training step",
    y: "cross-entropy (nats a character)",
  },
  gradients: {
    title: "Gradients of the fresh nets",
    chart: "Gradient norm of each block",
    x: "block, from the input on",
    y: "‖gradient‖",
    caption: (ratios: string) =>
      "Of each block's second feed-forward weight, before the first step. Xiong et al. 2020 (arXiv 2002.04745) find " +
      "that with the norms behind the sums it grows towards the output, which is why such nets are warmed up, and " +
      "that before the parts it is smaller there by the root of the number of blocks. Last ÷ first block here: " +
      `${ratios}.`,
  },
  table: {
    title: "Table",
    caption:
      "Losses in nats a character. Leak: how much the logits of earlier characters change in training when only the " +
      "last one does. Batch norm's statistics go over all positions, so what comes later is seen: its training loss " +
      "flatters, and causal masks do not help.",
  },
  samples: {
    title: "What they write",
    caption:
      "The held-out text continued one character at a time, batch 1, each drawn with its probability.",
  },
} as const;
