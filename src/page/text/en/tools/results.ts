export const results = {
  heading: "Results, side by side",
  lead:
    "A results.json of this page or of the command, as curves and tables; a second one beside it on the same " +
    "scales. Names are those of the file.",
  file: "Results",
  choose: "Choose one or two",
  hint: "results.json of any experiment, chosen or dropped here.",
  remove: "Remove",
  commands:
    "Each of these commands writes one, in the folder evenkeel-report; so does Share in the sections of this page.",
  about: {
    compare: "Training",
    gradients: "Depth",
    "running-stats": "Statistics",
    padding: "Padding",
    transformer: "Place",
    style: "Style",
    layers: "Layers",
    see: "See",
    influence: "Break it",
    choose: "Choose",
  },
  shown: (names: string) => `Shown: ${names}`,
  comma: ", ",
  end: (name: string, value: string) => `${name} ends at ${value}`,
  refused: {
    "not JSON": (file: string) => `${file} is not JSON: it may be cut off.`,
    "no settings": (file: string) => `${file} is not a results.json of evenkeel.`,
    "too large": (file: string) =>
      `${file} has more than 64 MB, which is more than a page should read.`,
    unreadable: (file: string) => `${file} cannot be read: is it a folder, or was it moved?`,
  },
};
