export const see = {
  description: "what a norm makes of a few numbers, and the arithmetic of one of them",
  norm: "any method, such as gn:2, adain or wn",
  at: "sample, channel and position of that one",
  shape: "of the input",
  eval: "in evaluation, after one step in training",
  /** What samples and channels are called. */
  outer: { maps: "sample", tokens: "sample", data: "sample", weight: "output" },
  inner: { maps: "channel", tokens: "feature", data: "feature", weight: "input" },
  training: (norm: string, formula: string) => `${norm} in training: ${formula}`,
  evaluation: (norm: string, formula: string) => `${norm} in evaluation: ${formula}`,
  place: (place: string, arithmetic: string) => `At ${place}: ${arithmetic}`,
  formula: (formula: string) => formula,
  arithmetic: {
    by: (x: string, y: string, formula: string) => `x = ${x}, y = ${y}, by ${formula}`,
    meanSquare: "mean x²",
    of: (count: number) => `of ${count} values`,
    running: "running",
    rule: (rule: string, statistics: readonly string[], from: string) =>
      `${rule}, ${statistics.join(", ")} (${from})`,
  },
  title: "What a norm makes of a few numbers",
  summary: (formula: string) => `${formula}.`,
  given: (norm: string, shape: string) => `${norm} on numbers [${shape}], given.`,
  drawn: (norm: string, shape: string, seed: number) =>
    `${norm} on numbers [${shape}], drawn from seed ${seed}.`,
  one: "One output",
  all: { title: "All numbers", caption: "x: inputs, y: outputs, by position." },
} as const;
