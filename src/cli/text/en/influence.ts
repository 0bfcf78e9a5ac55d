const EXPLAINED =
  "own / others: how many of the disturbed sample's outputs, and of the other samples', move";

export const influence = {
  description: "who pays for an outlier: which outputs move when one sample is disturbed",
  norms: "specs such as bn,gn:8,frn, or all; for 8 channels",
  outlier: "what one element becomes",
  norm: "norm",
  shift: "shift of … is not noticed",
  scale: "scale of …",
  explained: `${EXPLAINED}.`,
  title: "Who pays for an outlier",
  summary: (outlier: number, paying: number, of: number, names: string) =>
    `One outlier of ${outlier} in one sample moves outputs of the other samples under ` +
    `${paying} norm${paying === 1 ? "" : "s"} of ${of}: ${names || "none"}.`,
  lead: (shape: string) =>
    `Every norm, fresh and in training, on one tensor [${shape}] of normal numbers, ` +
    "of which one sample is then disturbed.",
  moves: {
    title: "What moves",
    caption: (shift: number, scale: number) =>
      `${EXPLAINED}, by more than 0.001. Outputs whose own input was disturbed do not count; where the whole sample ` +
      "is (a large mean, scaled), all of its outputs do. On the right: what may be shifted by " +
      `${shift}, or scaled by ${scale}, without a change of any output: the whole batch, one channel of every ` +
      "sample, one sample, one channel (plane) or one position of it. Some layers start as what does nothing: grn as " +
      "the identity, lin as layer norm, bin as batch norm.",
  },
} as const;
