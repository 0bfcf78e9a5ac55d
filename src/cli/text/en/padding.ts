import { paddingNorms } from "../../../experiments/padding.js";

export const padding = {
  description: "batch, masked batch and layer norm on sentences of several lengths",
  batch: "sentences",
  channels: "features of a word",
  norms: paddingNorms,
  head: ["padded to", "padding", "mean", "variance"],
  explained: (mean: string, variance: string) =>
    `Mean and variance of feature 0 as batch norm sees it; of the words alone ${mean} and ${variance}.\n` +
    "Under the norms: root mean square of what padding changes in the words' outputs.",
  title: "Padding and batch statistics",
  nothing: "nothing",
  summary: (
    share: string,
    seen: string,
    mean: string,
    batch: string,
    masked: string,
    layer: string,
  ) =>
    `With ${share} padding batch norm sees a mean of ${seen} instead of ${mean} and moves the words' outputs by ` +
    `${batch} (root mean square); masked batch norm moves them by ${masked}, layer norm by ${layer}.`,
  lead: (batch: number, shortest: number, longest: number, channels: number, mean: number) =>
    `${batch} sentences of ${shortest} to ${longest} words with ${channels} features each, normal with mean ` +
    `${mean} and ` +
    "variance 1; half of the variance is common to a sentence. The same sentences are padded with zeros to ever " +
    "greater lengths.",
  share: "share of padding (%)",
  statistics: {
    title: "Batch statistics",
    mean: "mean",
    variance: "variance",
    chart: (what: string, length: number) =>
      `Batch norm's ${what} by share of padding, from length ${length}`,
    batch: "batch norm",
    words: "words alone (masked)",
    formula: "from the share",
    caption:
      "Feature 0 over all positions. With a share p of zeros the mean becomes (1 − p)·μ and the variance " +
      "(1 − p)·(σ² + p·μ²): it first grows, as words and zeros are two heaps, and then shrinks. A mask leaves both " +
      "at the words' own.",
  },
  change: {
    title: "What it does to the words",
    chart: "Change of the words' outputs by padding",
    y: "RMS change of outputs",
    caption:
      "Last three columns: root mean square of the difference to the outputs without padding, over the words. Two " +
      "lines lie on each other at 0: layer norm looks at one word at a time, masked batch norm at words only.",
  },
  unrest: {
    title: "Why batch norm is hard on text",
    head: ["sentences a batch", "words independent", "words of a sentence alike", "ratio"],
    caption: (batches: number, longest: number, shuffled: string) =>
      `Standard deviation of the batch mean from batch to batch, over ${batches} batches of sentences of ${longest} ` +
      "words. Words of a sentence resemble each other, so a batch holds far fewer independent values than words and " +
      "its statistics are restless. It is not that positions are compared: BatchNorm1d pools them, and turning every " +
      `sentence's words around changes nothing but their order (largest difference ${shuffled}).`,
  },
  axis: {
    title: "Which axis is the feature",
    head: ["BatchNorm1d(12) on [16, 12, 12]", "largest |mean| of a feature"],
    right: "transposed to [N, C, L]",
    wrong: "given as [N, L, C]",
    caption: (refusal: string) =>
      "Features 0 to 11 have means 0 to 11. A Transformer's [N, L, C] is taken for [N, C, L]: where the numbers of " +
      `words and features differ it is refused (${refusal}), where they happen to agree positions are normalised ` +
      "instead of features, without a word.",
  },
} as const;
