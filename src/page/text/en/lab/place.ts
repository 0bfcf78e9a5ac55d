export const place = {
  heading: "Place: where the norm stands in a Transformer",
  lead:
    "Two small language models learn to continue a text. In one the norm stands behind each sum (post), in the " +
    "other before each part (pre). At this learning rate post-norm learns only how often each letter comes. Start " +
    "with a lower one, a warm-up or fewer blocks, and it learns too. The rate can be changed while they train.",
  variants: "Variants",
  names: {
    "post-ln": "post, layer norm",
    "pre-ln": "pre, layer norm",
    "pre-rms": "pre, RMS norm",
    "pre-dyt": "pre, DyT",
    "pre-bn": "pre, batch norm",
  },
  layers: "Blocks",
  warmup: "Steps of warm-up",
  text: "Own text",
  textHint:
    "More than 330 characters, pasted here; empty: a log-book of our own. It stays on this machine.",
  training: "Loss in training, nats a character",
  gradients: "Gradient of each block before training",
  block: "block",
  each: (variant: string, value: string) => `${variant} ${value}`,
  now: (parts: string) => `Now: ${parts}.`,
  heldOut: (parts: string) => `On text that was held out: ${parts}.`,
  measured: (parts: string) => `Last block ÷ first block: ${parts}.`,
  writes: "What they write",
};
