export const compare = {
  description: "train the same convolutional net under several normalisations and report",
  flags: {
    norms: (known: string) => `what to compare, such as bn,gn:8+ws,frn, or all; there are ${known}`,
    known: (alone: string, behind: string) => `${alone}, alone or behind them with a +: ${behind}`,
    epochs: "passes over the training images",
    steps: "steps of the training with batches, in place of --epochs",
    batch: "images a step",
    width: "channels of the first block",
    seeds: "runs per norm, seeds counting up",
    limit: "at most so many training, and test, images",
    lr: "step size of Adam",
    batch1Samples: "images of the training with batch 1, or all: as many as with batches",
    noBatch1: "leave out all that is done with single images",
    evaluateEvery: "evaluate after every so many steps too; 0: not",
    probeEvery: "look into the net's blocks in every so manieth step; 0: not",
    answers: "write down the answers to the first so many test images, with each evaluation",
    checkpoint: "save there after every epoch, go on from what is there",
    saveEvery: "save after every so many steps instead",
    distributed:
      "in several ranks, of mpirun or, with local:4, of four threads: batch norm beside its synchronised form",
    distributedCheck: "compare what the ranks call, before each collective",
    data: "CIFAR-10's binary files, or a .npz of x_train, y_train, x_test, y_test; without: procedurally drawn images",
    download: "fetch CIFAR-10 into a directory first (default: evenkeel-data)",
  },
  downloaded: (percent: number, megabytes: string) => `CIFAR-10: ${percent} % of ${megabytes} MB`,
  head: [
    "norm",
    "parameters",
    "test accuracy",
    "time per epoch",
    "peak memory",
    "batch-1 evaluation",
    "batch-1 training",
  ],
  time: (seconds: string, times: string) => `${seconds} s, ${times}`,
  note: (norms: string, note: string) => `${norms}: ${note}`,
  all: "all",
  stopped: (done: number, planned: number) => `${done} of ${planned} runs are finished.`,
  unfinished: (norm: string, seed: number, step: number) =>
    `${norm} from seed ${seed} came to step ${step}.`,
  stoppedLine: (how: string) => `Stopped: ${how}`,
  stoppedEarly: (how: string) => `Stopped early: ${how}`,
  title: (n: number) => `One net, ${n} normalisation${n === 1 ? "" : "s"}`,
  summary: (accuracies: string, more: boolean) =>
    `Test accuracy: ${accuracies}${more ? ", …" : ""}.`,
  net: (width: number, images: string, data: string) =>
    `NormResNet of width ${width}, trained on ${images} images (${data})`,
  given: "given",
  the: "the",
  training: (length: string, batch: number, seeds: string) =>
    `for ${length} with Adam, batch ${batch}, from ${seeds};`,
  same: "every norm starts from the same convolution weights and sees the same batches.",
  epochs: (n: number) => `${n} epoch${n === 1 ? "" : "s"}`,
  loss: {
    title: "Loss",
    chart: "Training loss over steps",
    x: "training step",
    y: "cross-entropy (nats)",
    cut: (most: number) => `cross-entropy (nats), cut off at ${most}`,
    caption: "Thick: moving average. Thin: each run as it is.",
    captionOfMean: "Thick: moving average of the mean over seeds. Thin: each run as it is.",
  },
  accuracy: {
    title: "Accuracy",
    chart: "Test accuracy per norm",
    x: "test accuracy (%)",
    batches: "trained in batches",
    batch1: "trained with batch 1",
    caption: "Error bars: one standard deviation over seeds.",
  },
  table: {
    title: "Table",
    caption: (notes: string) =>
      "Times as such and relative to the first norm. Peak memory: the most in use during a training step. In the " +
      "last " +
      "two columns the trained net sees one image at a time, and a net is trained with one image a step. " +
      `${notes}.`,
  },
  onTheWay: {
    title: "Accuracy on the way",
    chart: "Test accuracy over steps",
    line: (norm: string, seed: number) => `${norm} seed ${seed}`,
    again: "Colours come again.",
  },
  blocks: {
    title: "Blocks",
    head: ["norm", "block", "‖gradient‖, first → last look", "outputs at the last"],
    run: (norm: string, seed: number) => `${norm}, seed ${seed}`,
    caption:
      "‖gradient‖: of all weights of a block together. Outputs: mean ± deviation, behind the activation. Histograms " +
      "of each look are in results.json.",
  },
  article: {
    title: "Beside the article's table",
    norm: "norm",
    columns: ["test accuracy", "time per epoch", "batch 1", "memory"],
    there: (column: string) => `${column}: article`,
    here: "here",
    collapses: "collapses",
    stable: "stable",
    caption:
      "The article's figures cannot be those of its code, which measures neither test accuracy nor time and trains " +
      "no " +
      "instance norm; no more than their order can be compared. Batch 1 here: test accuracy after training on single " +
      "images. Its memory column is empty: peak memory here is the most that was in use during a training step, with " +
      "parameters, gradients, Adam's moments, activations and the batch. Every norm keeps its input for the backward " +
      "pass, beside which the statistics hardly count.",
  },
} as const;
