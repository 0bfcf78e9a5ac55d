export const norms = {
  heading: "Your own network's norms",
  lead:
    "Its normalisation layers, found by their names, and what looks wrong with them: dead channels, statistics " +
    "that were never trained, NaN. The file is read on this machine, and of it only the norms.",
  file: "A checkpoint",
  choose: "Choose files",
  hint: "A .safetensors file, or all parts of one with their index.json, chosen or dropped here.",
  reading: (files: string) => `Reading ${files} …`,
  example: "An example: a made-up checkpoint with faults",
  found: (layers: number, tensors: number) =>
    `Normalisation layers: ${layers}, tensors in all: ${tensors}.`,
  unread: (count: number, first: string) =>
    `The values of ${count} of them were not read, beginning with ${first}: they are too many, or of an unknown type.`,
  which: "Show",
  all: (count: number) => `all ${count}`,
  conspicuous: (count: number) => `only what is conspicuous: ${count}`,
  rest: (count: number) => `Show ${count} more`,
  head: ["Layer", "γ", "β", "Running mean", "Running variance", "Verdict"],
  whole: "(whole file)",
  layer: (kind: string, channels: number) => `${kind}, channels: ${channels}`,
  of: (channels: number) => ` (channels: ${channels})`,
  levels: { error: "error", warning: "warning", note: "note" },
  command: "The same on the command line, for .pth and .npz too:",
  refused: {
    unreadable: (files: string) => `${files} cannot be read: is it a folder, or was it moved?`,
    zip: (files: string) =>
      `${files} is a zip archive, as PyTorch and NumPy write. The command line below reads it.`,
    index: (files: string) =>
      `${files} has no index of a checkpoint: choose model.safetensors.index.json and its parts.`,
    long: (files: string) => `${files}: its header is longer than that of any network.`,
    other: (files: string) => `${files} is not a safetensors file, or its beginning is cut off.`,
    damaged: (files: string) =>
      `${files} is damaged: its header does not fit the bytes that follow. Was the download complete?`,
    missing: (file: string) => `The index names ${file}: choose it together with the index.`,
  },
};
