import { CIFAR10_CLASSES } from "../../../data/cifar10.js";

export const train = {
  heading: "Train: the same weights, the same batches",
  lead:
    "A small convolutional net learns ten classes of drawn pictures, once with each norm. The curves below " +
    "were recorded; press Run, and your browser trains the same nets and draws its own curves over them.",
  preset: "Batch",
  presets: { default: "16 images", batch2: "2 images", batch1: "1 image" },
  lesson: {
    default:
      "With 16 images in a batch, batch norm learns fastest and instance norm hardly at all.",
    batch2:
      "With 2 images, the statistics of a batch are noise: batch norm falls behind group norm.",
    batch1:
      "With 1 image, batch norm normalises each image by itself in training but not in use: it stays near chance.",
  },
  otherCurves: (drawn: string, chosen: string) =>
    `The curves and the table below are still those with ${drawn} in a batch. Press Run to train with ${chosen}.`,
  run: "Run",
  again: "Run again",
  pause: "Pause",
  resume: "Resume",
  step: "One step",
  stop: "Stop",
  norms: "Norms",
  normsHint: "Specs such as bn gn:4 ln in frn none, with spaces between; eight at most.",
  tooMany: "Eight norms at most.",
  noNorms: "Name a norm, such as bn.",
  rate: "Learning rate",
  rateHint: "You can change it during training; no need to start again.",
  width: "Width (channels)",
  seeds: "Seeds",
  seedsHint:
    "Such as 0 1 2: each norm trains once from each, and the thick line is their mean. Five at most.",
  badSeeds: "Seeds are whole numbers from 0 to 9,999, five at most.",
  withSeed: (norm: string, seed: number) => `${norm}, seed ${seed}`,
  data: "Own pictures",
  dataHint: "A CIFAR-10 file, .bin or .tar.gz, chosen or dropped here. It stays on this machine.",
  reading: (name: string) => `${name} is being read. The race can run after that.`,
  chooseFile: "Choose a file",
  useDrawn: "Back to the drawn pictures",
  using: (name: string, train: number, test: number) =>
    `${name}: ${train} pictures to train, ${test} to test.`,
  left: "A race was left before its end.",
  goOn: "Go on",
  dismiss: "Forget it",
  elsewhere: "That race goes on in another tab.",
  unsaved: (isFull: boolean) =>
    `${isFull ? "The browser's storage is full, so it" : "This browser"} does not keep the race. It runs, ` +
    "but cannot go on after a reload.",
  loss: "Loss",
  accuracy: "Accuracy on the test pictures",
  steps: "step",
  recorded: "recorded",
  summary: (parts: string) => `Curves by training step. ${parts}`,
  endOf: (norm: string, value: string) => `${norm}: ${value}`,
  comma: ", ",
  identical: (same: number, all: number) =>
    same === all
      ? `${same} of ${all} losses are identical to the recorded ones, to the last bit.`
      : `${same} of ${all} losses are identical to the recorded ones; the others come from other settings.`,
  identicalWhy:
    "They were recorded on another machine. The same program gives the same bits everywhere.",
  status: {
    waiting: "waits for a core",
    running: "trains",
    paused: "paused",
    done: "finished",
    stopped: "stopped",
    refused: "refused",
    failed: "failed",
  },
  because: (status: string, why: string) => `${status}: ${why}`,
  lanes: "The trainings",
  table: {
    norm: "Norm",
    step: "Step",
    loss: "Loss",
    accuracy: "Accuracy",
    speed: "ms a step",
    memory: "Memory",
  },
  progress: (ended: number, runs: number, step: number, steps: number, leader: string) =>
    `${ended} of ${runs} runs are finished, ${step} of ${steps} steps. Lowest loss: ${leader}.`,
  pictures: "The same 20 test pictures, and what each net calls them",
  picturesHint: "A tick means right. Otherwise: what the net answered.",
  answer: (norm: string, answer: string, isRight: boolean) =>
    `${norm}: ${answer}, ${isRight ? "right" : "wrong"}`,
  inside: "Inside the blocks",
  insideHint:
    "For each block: the histogram of its outputs (heights are square roots of shares), and the length of " +
    "the loss's gradient by its weights.",
  block: (n: number) => `Block ${n}`,
  classes: {
    drawn: [
      "disc",
      "ring",
      "square",
      "triangle",
      "cross",
      "horizontal stripes",
      "vertical stripes",
      "diagonal stripes",
      "checkerboard",
      "dots",
    ],
    cifar: CIFAR10_CLASSES,
  },
  refused: {
    unreadable: (name: string) => `${name} cannot be read. Is it a file, and still there?`,
    empty: (name: string) => `${name} is empty.`,
    huge: (name: string) => `${name} is too large for CIFAR-10's archive.`,
    records: (name: string) =>
      `${name} is no CIFAR-10 file: its size is no whole number of records of 3,073 bytes.`,
    label: (name: string) => `${name} is no CIFAR-10 file: a label is above 9.`,
    archive: (name: string) => `${name} is damaged, or no archive of CIFAR-10's binary version.`,
    few: (name: string) => `${name} has fewer than five pictures.`,
  },
};
