export const layers = {
  description: "the norms on one tensor: which elements share a mean and a variance",
  groups: "of group norm; 1, 2 or 4",
  head: ["layer", "averages over", "sets", "m", "largest |mean|", "biased", "unbiased"],
  opposites:
    "Group norm, sample by sample: per group it is standardised, " +
    "per channel it is not (means of a pair are opposites).",
  sampleHead: ["sample", "mean/group", "var/group", "mean/channel", "var/channel"],
  title: "Which elements share a statistic",
  summary: (variance: string, mean: string) =>
    `Over its own sets every layer has mean 0 and biased variance σ²/(σ² + ε), here ${variance} for group norm; ` +
    `its channels, which are not its sets, have means up to ±${mean}.`,
  lead: (shape: string, seed: number) =>
    `The norms on one tensor [${shape}] of uniform numbers in [0, 1), torch.rand from seed ${seed}.`,
  over: (axes: string) => `over ${axes}`,
  averages: (code: string, axes: string) => `${code} averages over ${axes}`,
  sets: {
    title: "Sets",
    caption:
      "Blue: the elements that share one mean and one variance. Greys: the other sets. C channels to the right, " +
      "H·W positions down, N samples into the depth; GroupNorm(1, C) has the sets of LayerNorm([C, H, W]).",
  },
  moments: {
    title: "Means and variances of the outputs",
    caption: (expected: string) =>
      "Over each layer's own sets of m elements. Biased: divided by m, σ²/(σ² + ε) to expect. Unbiased: divided by " +
      `m − 1, what torch.var prints; ${expected} to expect.`,
  },
  perGroup: {
    title: "Group norm, per group and per channel",
    means: ["sample", "means per group", "means per channel"],
    variances: ["sample", "variances per group", "variances per channel"],
    caption:
      "Unbiased variances. A group of two channels is standardised as one: its mean is 0, so the two channels' means " +
      "are exact opposites, and neither channel has variance 1 by itself. Looking per channel, as the article " +
      "does, is looking at the wrong sets.",
  },
  centred: {
    title: "Features or samples",
    head: [
      "layer",
      "largest |mean| of a channel",
      "largest |mean| of a sample",
      "scales and shifts",
    ],
    caption:
      "Batch norm centres every channel and leaves samples apart; layer norm centres every sample and leaves " +
      "channels apart.",
  },
} as const;
