/** The answers so far, by the name of the question. */
export interface Answers {
  task?: string;
  batch?: number;
  deviceCount?: number;
  shift?: string;
  sequence?: string;
  style?: string;
  generator?: string;
}

/** A question of the tree. */
export interface Question {
  /** The name of its answer in `Answers`. */
  answer: keyof Answers;
  /** The question in words. */
  ask: string;
  branches: readonly Branch[];
}

/** One answer to a question, and where it leads. */
export interface Branch {
  /** The answer in words. */
  label: string;
  /** Why the answer leads where it leads. */
  why: string;
  /** The answer that leads here. */
  value?: string;
  /** For numbers: the smallest `size` that leads here. Branches are tried in order. */
  least?: number;
  next: Question | Advice;
}

/** The norm at the end of a path. */
export interface Advice {
  /** The name of the norm. */
  norm: string;
  /** The code that makes it. */
  code: string;
  /** Why it fits. */
  reason: string;
  /** What speaks against it, or must be minded. */
  caveat: string;
  /** The experiments that show this. */
  shownBy: readonly string[];
}

/**
 * The number of samples per step from which batch statistics are reliable (Wu & He 2018, arXiv 1803.08494, figure 1).
 */
const ENOUGH = 16;

const devices: Question = {
  answer: "deviceCount",
  ask: "How many devices share a step?",
  branches: [
    {
      label: `together ${ENOUGH} samples or more`,
      why: "Together the devices see enough samples, if they exchange their statistics.",
      least: ENOUGH,
      next: {
        norm: "Batch norm over all devices",
        code: "new nn.SyncBatchNorm(channels)",
        reason: "One device has too few samples for its own statistics, all together have enough.",
        caveat:
          "Between devices it costs an exchange per layer and step; PyTorch's needs DistributedDataParallel, " +
          "under DataParallel nothing is synchronised.",
        shownBy: ["compare"],
      },
    },
    {
      label: `together fewer than ${ENOUGH}`,
      why: "Even together they see too few samples, so statistics must stay within one.",
      least: 0,
      next: {
        norm: "Group norm with weight standardisation",
        code: 'createNorm("gn:32+ws", channels, { conv })',
        reason: "Its statistics are within one sample, so the batch size does not enter.",
        caveat:
          "It cannot be folded into the convolution, and with large batches it stays a little behind batch " +
          "norm. 32 must divide the channels; gn+ws takes the largest power of two that does. It is about " +
          "small batches, not small data sets.",
        shownBy: ["compare", "layers"],
      },
    },
  ],
};

const vision: Question = {
  answer: "batch",
  ask: "How many samples does a device see per step?",
  branches: [
    {
      label: `${ENOUGH} or more`,
      why: "From about 16 samples on, the statistics of a batch are reliable (arXiv 1803.08494).",
      least: ENOUGH,
      next: {
        answer: "shift",
        ask: "Do the data in use differ from those in training?",
        branches: [
          {
            label: "no, and batches are shuffled",
            why: "The running averages of training then describe the data in use.",
            value: "no",
            next: {
              norm: "Batch norm",
              code: "new nn.BatchNorm2d(channels)",
              reason:
                "Large shuffled batches give steady statistics; it trains fastest and folds into the " +
                "convolution for inference.",
              caveat:
                "Inference uses the running averages: check them, and expect trouble when you fine-tune with " +
                "small batches.",
              shownBy: ["compare", "running-stats"],
            },
          },
          {
            label: "yes, or batches are not shuffled",
            why: "The running averages of training would be wrong in use.",
            value: "yes",
            next: {
              norm: "Group norm",
              code: "new nn.GroupNorm(32, channels)",
              reason: "Running averages of other data would be wrong; group norm keeps none.",
              caveat:
                "Or batch norm whose running statistics are estimated anew on the new data (AdaBN, PreciseBN).",
              shownBy: ["compare", "running-stats"],
            },
          },
        ],
      },
    },
    {
      label: `fewer than ${ENOUGH}`,
      why: "Statistics of few samples are noise; other devices may add theirs.",
      least: 0,
      next: devices,
    },
  ],
};

const sequence: Question = {
  answer: "sequence",
  ask: "What reads the sequence?",
  branches: [
    {
      label: "a Transformer",
      why: "Tokens are normalised one by one, so length and padding do not enter.",
      value: "transformer",
      next: {
        norm: "Layer norm before each block, or RMS norm",
        code: "new nn.LayerNorm(features)",
        reason:
          "Per token, so neither batch size, sentence length nor padding enters; before the block gradients " +
          "stay level without warm-up.",
        caveat:
          "Over the features only, not over the whole sample. RMS norm does without mean and shift and is as " +
          "good in language models.",
        shownBy: ["transformer", "padding"],
      },
    },
    {
      label: "a recurrent net",
      why: "Batch statistics would differ from time step to time step.",
      value: "recurrent",
      next: {
        norm: "Layer norm",
        code: "new nn.LayerNorm(features)",
        reason: "The same in every time step and for every length.",
        caveat: "Batch norm would need statistics for each time step.",
        shownBy: ["padding"],
      },
    },
    {
      label: "a convolution, windows of one length",
      why: "Windows of one length have no padding, so time can be pooled.",
      value: "windows",
      next: {
        norm: "Batch norm",
        code: "new nn.BatchNorm1d(channels)",
        reason:
          "Windows of one length have no padding, and a channel is pooled over batch and time.",
        caveat:
          "Channels come second, [N, C, L]. With padding take batchNorm(x, { mask }); with small batches, group norm.",
        shownBy: ["padding"],
      },
    },
  ],
};

const style: Question = {
  answer: "style",
  ask: "Where does the style come from?",
  branches: [
    {
      label: "one style, learned",
      why: "One style fits into the learned scale and shift.",
      value: "fixed",
      next: {
        norm: "Instance norm",
        code: "new nn.InstanceNorm2d(channels, { affine: true })",
        reason:
          "It removes each picture's own contrast and style and keeps the layout, which is the content.",
        caveat: "A bias in the convolution before it is dead. It refuses maps of one value.",
        shownBy: ["style"],
      },
    },
    {
      label: "any picture given",
      why: "The statistics of the style come from the picture at hand.",
      value: "picture",
      next: {
        norm: "Adaptive instance norm",
        code: "adaIN(content, style)",
        reason:
          "The content's statistics are replaced by those of the style's features, in one pass.",
        caveat: "It carries over mean and variance per channel and nothing finer.",
        shownBy: ["style"],
      },
    },
    {
      label: "another domain (image to image)",
      why: "How much of the style must go differs by channel and is learned.",
      value: "domains",
      next: {
        norm: "Adaptive layer-instance norm",
        code: "new nn.AdaLIN(channels)",
        reason:
          "Each channel learns how much of instance and of layer norm it wants (arXiv 1907.10830).",
        caveat:
          "The article calls this AdaLN; today that name means another norm. All its statistics are within one sample.",
        shownBy: ["layers"],
      },
    },
  ],
};

const generator: Question = {
  answer: "generator",
  ask: "Which part of the generator?",
  branches: [
    {
      label: "without a condition, or a U-Net",
      why: "Nothing steers the norm, and large pictures make small batches.",
      value: "plain",
      next: {
        norm: "Group norm",
        code: "new nn.GroupNorm(32, channels)",
        reason: "Large pictures make small batches, and samples must not depend on each other.",
        caveat: "Do not place it where a channel's mean carries what must be kept.",
        shownBy: ["compare"],
      },
    },
    {
      label: "conditioned on a class or time",
      why: "The condition must set scale and shift.",
      value: "conditioned",
      next: {
        norm: "Adaptive layer norm (adaLN-Zero)",
        code: "new nn.AdaLNZero(features, conditionFeatures)",
        reason:
          "Scale, shift and gate come from the condition; the gates start at 0, so each block starts as the " +
          "identity (arXiv 2212.09748).",
        caveat: "For convolutions: FiLM or conditional batch norm.",
        shownBy: ["layers"],
      },
    },
    {
      label: "a GAN's discriminator",
      why: "What counts is how fast the output can change.",
      value: "discriminator",
      next: {
        norm: "Spectral norm",
        code: "nn.spectralNorm(layer)",
        reason: "It bounds how fast the output can change, by the weights alone.",
        caveat: "One power iteration a step; batch norm would couple real and generated samples.",
        shownBy: ["gradients"],
      },
    },
  ],
};

const tabular: Question = {
  answer: "batch",
  ask: "How many samples does a device see per step?",
  branches: [
    {
      label: `${ENOUGH} or more`,
      why: "A mean over the batch keeps the unit of its column.",
      least: ENOUGH,
      next: {
        norm: "Batch norm",
        code: "new nn.BatchNorm1d(features)",
        reason: "Columns have units of their own, and each gets its own mean and variance.",
        caveat:
          "Scale the inputs themselves first, with figures of the training set only; test data may then leave [0, 1].",
        shownBy: ["gradients", "running-stats"],
      },
    },
    {
      label: `fewer than ${ENOUGH}`,
      why: "Statistics of few samples are noise, so each sample stands alone.",
      least: 0,
      next: {
        norm: "Layer norm on hidden layers",
        code: "new nn.LayerNorm(features)",
        reason: "Each sample by itself, whatever the batch.",
        caveat: "Not on raw columns: it would mix their units.",
        shownBy: ["gradients"],
      },
    },
  ],
};

/** The decision tree, from its first question. */
export const tree: Question = {
  answer: "task",
  ask: "What is the task?",
  branches: [
    {
      label: "pictures: classify, detect, segment",
      why: "In pictures, channels can be pooled over positions and samples.",
      value: "vision",
      next: vision,
    },
    {
      label: "text, speech, signals",
      why: "Lengths differ and padding gets in.",
      value: "sequence",
      next: sequence,
    },
    {
      label: "style transfer, image to image",
      why: "The style of a picture lies in the mean and variance of its channels.",
      value: "style",
      next: style,
    },
    {
      label: "generate (GAN, diffusion)",
      why: "Batches are small, and conditions steer the features.",
      value: "generation",
      next: generator,
    },
    {
      label: "tables of features",
      why: "Columns have units of their own.",
      value: "tabular",
      next: tabular,
    },
    {
      label: "no activation statistics at all",
      why: "Norms of weights see no sample at all.",
      value: "weights",
      next: {
        norm: "Weight norm or weight standardisation",
        code: "nn.weightNorm(layer)",
        reason: "Length and direction of the weights are learned apart; samples never meet.",
        caveat:
          "It does not hold activations in place, and while training it is computed anew in every step.",
        shownBy: ["gradients"],
      },
    },
  ],
};
