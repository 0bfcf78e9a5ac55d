export const choose = {
  heading: "Choose: which one for me?",
  lead: "Answer one question after another; at the end you are told what to take, and why.",
  number: {
    batch: "Samples per device and step",
    deviceCount: "Devices",
  },
  together: (batch: number, devices: number) =>
    `${batch} × ${devices} = ${batch * devices} samples together`,
  wrong: "A whole number of 1 or more, please.",
  advice: "Take",
  but: "But: ",
  code: "Code",
  shown: "See it for yourself",
  shownBy: {
    compare: "Train it against others",
    layers: "See which numbers it uses",
    influence: "Break it: who pays?",
    "running-stats": "running statistics",
    transformer: "a small Transformer",
    padding: "padding in sequences",
    style: "style transfer",
    gradients: "gradients by depth",
  },
  back: "Back",
  restart: "Start over",
  tree: "The whole tree",
  treeHint: "All questions and all advice, to unfold.",
};
