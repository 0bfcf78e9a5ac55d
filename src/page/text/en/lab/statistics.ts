export const statistics = {
  heading: "Running statistics: what batch norm remembers",
  lead:
    "In training, batch norm uses the statistics of the batch; in use, those that it has run up. Each batch " +
    "replaces a share of them: the momentum. Change it while batches come in: a small one is calm and slow, a " +
    "large one quick and restless.",
  momentum: "Momentum",
  values: "Values in a batch",
  trueMean: "Mean of the data",
  moreHint: "Shift the mean of the data while batches come in, and see which memory follows.",
  mean: "Running mean",
  variance: "Running variance",
  batches: "batches seen",
  running: "your momentum",
  all: "all batches",
  truth: "the data's",
  summary: (running: string, all: string, truth: string) =>
    `Now: ${running} with your momentum, ${all} as the average of all batches (momentum None), true value ${truth}. ` +
    "Faint: each batch's own.",
  rules: "Running variance ÷ true variance",
  article: "a tutorial's rule",
  ours: "PyTorch's rule",
  rulesSummary: (article: string, ours: string) =>
    `With 2 values in a batch the tutorial's rule gives ${article} of the true variance, PyTorch's ${ours}.`,
  rulesHint: (article: string, ours: string) =>
    `Dividing by m in place of m − 1 makes the stored variance too small, most with few values. After one batch ` +
    `of the tutorial's tensor its layer has ${article}, PyTorch's ${ours}; the outputs are the same.`,
};
