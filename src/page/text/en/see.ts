export const see = {
  heading: "See: which numbers share a statistic",
  lead:
    "Point at or tap a number, or move with the arrow keys. The numbers outlined in blue share its statistics: " +
    "its mean, its variance. N samples, C channels, H·W positions.",
  method: "Method",
  known: "Often used",
  samples: "Samples N",
  channels: "Channels C",
  positions: "Positions H·W",
  number: { group: "Groups", part: "Samples a part", window: "Channels a window" },
  usual: "usual",
  mode: "Mode",
  training: "training",
  evaluation: "evaluation",
  own: "Own numbers",
  ownHint: (count: number) =>
    `${count} numbers, sample by sample, channel by channel. Separated by spaces, commas or lines.`,
  useOwn: "Use these",
  useDrawn: "Back to the drawn ones",
  input: "Input",
  output: "Output",
  cube: "The block of samples × channels × positions; lit are the numbers that share a statistic",
  axes: { n: "N", c: "C", p: "H·W" },
  element: (n: number, c: number, p: number, x: string, y: string) =>
    `sample ${n}, channel ${c}, position ${p}: input ${x}, output ${y}`,
  rowOf: { maps: "sample", tokens: "sample", weight: "output", data: "sample" },
  shares: (count: number, sets: number) =>
    count === 1
      ? "No other number enters this output."
      : `${count} numbers share this statistic; there are ${sets} such sets.`,
  moments: (count: number, mean: string, variance: string) =>
    `The ${count} outlined numbers have mean μ = ${mean} and variance σ² = ${variance}.`,
  window: (count: number) =>
    `${count} numbers enter this output; each output has a window of its own.`,
  mixes: (count: number) =>
    `${count} numbers enter this output; the method mixes several statistics.`,
  fixed: "In evaluation the mean and variance are the running averages: no other number enters.",
  ownFigure: {
    weight:
      "This method acts on weights, before any sample is seen: rows are outputs, columns inputs. No " +
      "activations share a statistic.",
    data:
      "This method acts on data, before training: rows are samples, columns features. Its figures come from " +
      "the training set once and stay.",
    none: "This method computes no statistic: each number is by itself.",
  },
  arithmetic: "How this number comes about",
  inWords: (x: string, y: string) => `${x} becomes ${y} by the formula below`,
  facts: {
    statistics: "Statistics",
    learned: "Learned",
    defaults: "Defaults",
    batch: "Depends on the batch",
    paper: "Paper",
  },
  batch: { no: "no", "in training": "in training", always: "always" },
  code: "In code",
};
