/** `evenkeel compare --distributed`, and the other commands of several ranks. */
export const ranks = {
  head: [
    "norm",
    "test accuracy",
    "last loss",
    "ranks apart",
    "collectives",
    "KB a step",
    "ms a step",
  ],
  held: (images: number, ranks: number) => `With ${images} images in each of ${ranks} ranks`,
  accuracies: (held: string, list: string) => `${held}: ${list}.`,
  plain: (held: string, images: number, accuracy: string, apart: string) =>
    `${held}, batch norm by the statistics of ${images} images gets ${accuracy} of the test images right, ` +
    `and its running statistics differ between the ranks by up to ${apart};`,
  sync: (images: number, accuracy: string) =>
    `synchronised, by the statistics of ${images} images, ${accuracy}, with statistics that`,
  unlearned: (norms: string, steps: number) =>
    `In ${steps} steps ${norms} did not begin to learn: more steps (--epochs, --limit) say more.`,
  same: "are the same to the last bit.",
  differ: (apart: string) => `differ by ${apart}.`,
  explained:
    "Last loss: mean of about 50 steps. Ranks apart: the largest difference of a running statistic between two " +
    "ranks. " +
    "Collectives and bytes: of one rank in a step, with that of the loss.",
  title: "What synchronised batch norm repairs",
  lead: (width: number, ranks: number, images: number) =>
    `The same net, NormResNet of width ${width}, from the same weights and on the same images, trained by ${ranks} ` +
    `ranks that hold ${images} images each in a step.`,
  loss: {
    title: "Training loss",
    chart: "Training loss by step",
    x: "step",
    y: "loss",
    caption: "Smoothed; the mean over all ranks.",
  },
  run: {
    description:
      "runs a module in several ranks, threads of this process: mpirun's work, for learning",
    module: "a JavaScript module that calls initProcessGroup()",
    arguments: "what it finds in process.argv",
    local: "the number of ranks",
  },
  bench: {
    description: "times the sums of gradients over ranks, under mpirun or in threads",
    distributed: "mpi, or local:4 for four threads",
    size: (ranks: number, version: string) => `${ranks} ranks, ${version}`,
    head: ["bytes", "all-reduce"],
    backward: (images: number, alone: string, beside: string, after: string) =>
      `Its backward pass with ${images} images here: ${alone} alone, ${beside} with the sums beside it in buckets of ` +
      `1 MiB, ${after} with the sums after it.`,
    model: (alpha: string, beta: string) =>
      `T = 2(p − 1)·α + 2(p − 1)/p·n·β with α = ${alpha} µs, β = ${beta} ns a byte`,
    paper: "On paper, the gradients of NormResNet of width 64 (1,557,066 parameters):",
    paperHead: ["ranks", "all-reduce", "of the step"],
  },
} as const;
