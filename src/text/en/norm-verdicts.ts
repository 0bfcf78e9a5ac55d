import type { NormTexts } from "../norm-texts.js";

export const normTexts: NormTexts = {
  kinds: { batch: "batch norm", layer: "layer or group norm", rms: "RMS norm" },
  verdicts: {
    "lengths-differ": ["lengths differ", "Its tensors have several lengths: it fits no layer."],
    nan: ["NaN", "A tensor holds NaN: outputs are NaN."],
    infinite: ["infinite", "A tensor holds ±Infinity: outputs are infinite or NaN."],
    "negative-variance": [
      "variance below 0",
      "A running variance is negative: evaluation gives NaN, or eps hides it.",
    ],
    "zero-variance": [
      "dead channels",
      "A running variance is exactly 0: the channel was constant, so it is dead.",
    ],
    "never-trained": [
      "never trained",
      "num_batches_tracked is 0: no batch was seen, so that evaluation by mean 0 and variance 1 will be wrong.",
    ],
    "initial-statistics": [
      "initial statistics",
      "All means are 0 and all variances 1, as at the beginning; there is no counter that would say more.",
    ],
    "mean-far": [
      "mean far from 0",
      "A mean is more than 30 deviations from 0: the layer in front has an offset, and float32 loses digits.",
    ],
    "tiny-gamma": [
      "tiny γ",
      "|γ| is below 0.001 where mean or variance is far from 0 and 1: training switched the channel off.",
    ],
    "gamma-zero": [
      "γ all 0",
      "γ is 0 everywhere, as some residual blocks begin and as none should end: the layer gives β alone.",
    ],
    "gamma-one": [
      "γ all 1",
      "γ has its initial value of 1 everywhere: it was never trained, or is fixed by design.",
    ],
    "eps-matters": [
      "eps matters",
      "A variance is so small that an eps of 1e-3 (TensorFlow) gives outputs 1 % or more from those of 1e-5 " +
        "(PyTorch). No file tells which it is.",
    ],
    foldable: [
      "can be folded",
      "evenkeel fold can put it into the weight in front of it, which makes evaluation faster.",
    ],
  },
  files: {
    "no-norms": "No normalisation layer was found.",
    damaged: "Damaged: some layers give wrong results.",
    doubtful: "Doubtful: some layers may give wrong results.",
    sound: "Sound: nothing wrong was found.",
  },
  doubts: {
    "no-weight": "no weight stands directly in front of it",
    shape: "the shape of the weight in front of it leaves open which are its outputs",
    bias: "the weight in front of it has a bias, so that an activation may stand between",
    sorted: "the file has its keys sorted by name, so that their order says nothing",
  },
};
