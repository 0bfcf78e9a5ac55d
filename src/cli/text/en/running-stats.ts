export const runningStats = {
  description: "batch norm's running statistics: the article's rule, PyTorch's, and momenta",
  steps: "batches",
  batch: "values per channel and batch",
  head: ["", "running mean", "running variance", "output mean", "output variance"],
  article: "article",
  ours: "PyTorch's rule",
  rules: "Running variance over the true one, by values per channel and batch:",
  allBatches: "all batches",
  truth: "true",
  title: "Running statistics of batch norm",
  summary: (article: string, ours: string, difference: string) =>
    `After the first batch the article's layer has a running variance of ${article} in channel 0, PyTorch's rule ` +
    `gives ${ours}; the outputs differ by ${difference} at most, so comparing outputs cannot tell.`,
  lead: (seed: number) =>
    "The article's CustomBatchNorm, written from its code, and ours, which keeps PyTorch's rule, on " +
    `torch.randn([4, 3, 32, 32]) from seed ${seed}, momentum 0.1.`,
  one: {
    title: "One batch",
    caption:
      "Per channel. Both normalise by the biased variance. The article moves the running variance by that as well, " +
      "PyTorch by the unbiased one, m/(m − 1) times as large: here m = 4,096 and the fourth digit tells. The article " +
      "prints −1.0345e-04, 8.5500e-06, 3.5211e-03 and 0.9992, 0.9986, 1.0025.",
  },
  small: {
    title: "Small batches",
    chart: "Running variance over the true variance, by values per channel",
    article: "article (biased)",
    ours: "PyTorch's rule (unbiased)",
    x: "m, values per channel and batch",
    y: "running ÷ true variance",
    caption: (batches: number, m: number, percent: number) =>
      `The running variance after ${batches} batches with momentum=None, the average over all of them. The article's ` +
      "rule ends at (m − 1)/m of the truth, so evaluation divides by too small a deviation: with " +
      `m = ${m} the output comes out ${percent} % too large.`,
  },
  seen: "batches seen",
  mean: {
    title: "Momentum: the running mean",
    chart: "Running mean over batches for several momenta",
    y: "running mean",
    caption: (batch: number, mean: number, variance: number) =>
      `By momentum, the weight of the new batch; ${batch} values a batch, drawn from N(${mean}, ${variance}). It ` +
      "starts " +
      "at 0. Small momenta arrive late and stay calm, large ones arrive at once and never settle: a moving average " +
      "forgets, it is not an average over all samples. momentum=None (all batches) is.",
  },
  variance: {
    title: "Momentum: the running variance",
    chart: "Running variance over batches for several momenta",
    y: "running variance",
    caption: "The same layers. It starts at 1.",
  },
} as const;
