export const style = {
  heading: "Style: why instance norm, and not batch norm",
  lead:
    "The mean and the variance of each map of features carry a picture's style. Instance norm removes them from " +
    "each picture by itself, so a small net can put others there; batch norm mixes the pictures of a batch. AdaIN " +
    "sets them at once, without training. Drag the line over the picture; change the weight while the nets train.",
  painter: "Repainted by",
  painters: { adain: "AdaIN", in: "instance norm", bn: "batch norm" },
  weight: "Weight of the style",
  progress: (step: number, steps: number) => `Step ${step} of ${steps}`,
  content: "The picture",
  manner: "Its style is to be like this",
  choose: "Choose a picture",
  own: "PNG, JPEG or WebP, chosen or dropped here. It stays on this machine.",
  useDrawn: "Back to the drawn picture",
  result: (painter: string) => `Repainted by ${painter}`,
  soon: "Not painted yet: soon.",
  none: "Not painted yet: press Run.",
  split: "Repainted part",
  save: "Save as PNG",
  loss: "Style loss",
  lossOf: (painter: string, loss: string) => `${painter} ${loss}`,
  told: (parts: string) => `Distance to the style, 0 is its own: ${parts}.`,
  refused: {
    unreadable: (name: string) =>
      `${name} is no picture that this browser can read. Take PNG, JPEG or WebP.`,
    huge: (name: string) => `${name} is too large: 50 MB and 100 megapixels at most.`,
    narrow: (name: string) =>
      `${name} is too small or too narrow: both sides must have 48 pixels once the longer one has 160.`,
  },
};
