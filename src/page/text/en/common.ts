export const common = {
  language: "en",
  other: "简体中文",
  documents: {
    main: {
      name: "See and train",
      title: "evenkeel: normalisation you can see, break and train",
      heading: "Normalisation you can see, break and train",
      lead:
        "Batch, layer, instance, group and forty more, computed in your browser by a real library. What you see " +
        "first was computed by it when the page was made. Nothing leaves this page.",
    },
    lab: {
      name: "Lab",
      title: "evenkeel: the laboratory of normalisation",
      heading: "The laboratory",
      lead:
        "Experiments that show what normalisation does, each beside what tutorials say of it. Pull the lever " +
        "while an experiment runs: it answers at once. Nothing leaves this page.",
    },
    tools: {
      name: "Tools",
      title: "evenkeel: all methods, your network's norms, this machine",
      heading: "Methods and tools",
      lead:
        "All methods in one table, the norms of your own network, results side by side, and what this machine " +
        "does with them. Nothing leaves this page.",
    },
  },
  nav: "Sections",
  sections: {
    see: "See",
    break: "Break it",
    train: "Train",
    choose: "Choose",
    depth: "Depth",
    statistics: "Statistics",
    padding: "Padding",
    place: "Place",
    style: "Style",
    methods: "Methods",
    norms: "Your norms",
    results: "Results",
    machine: "This machine",
  },
  more: "More settings",
  link: "Copy link",
  share: {
    name: "Share",
    result: "results.json, as the command writes it",
    noResult: "results.json: there once something was run, or a lever moved",
    embed: "This section alone, for an iframe",
    command: "Command",
    program: "Node",
    failed: (why: string) => `The file could not be made: ${why}`,
  },
  copied: "Copied",
  notCopied: "Cannot copy here",
  copy: "Copy",
  percent: " %",
  repaired: (names: string) =>
    `The link had values that cannot be (${names}). They have their usual value now.`,
  fromDisk:
    "Opened from the disk, this page only shows what was computed when it was made: browsers load no " +
    "programs from there. Open evenkeel.html, which has all of it in one file, or run: npx evenkeel page",
  noScript:
    "Without JavaScript the page shows what was computed when it was made; the levers need it.",
  noEngine: {
    old:
      "This browser lacks WebAssembly SIMD or another thing that is needed to compute here. Chrome 110, " +
      "Firefox 115, Safari 16.4 and newer have all of them. The recorded figures stay.",
    other: (reason: string) => `The engine could not start: ${reason}. The recorded figures stay.`,
  },
  incomplete:
    "A part of this page could not be loaded: it shows what was computed when the page was made.",
  failed: {
    start: "its worker could not start",
    silence: "its worker does not answer",
  },
  footer: "Every number is computed with the same bits on every machine. MIT licence.",
  refused: {
    unknownNorm: (name: string) => `There is no norm “${name}”.`,
    divides: (spec: string, channels: string) =>
      `${spec}: the number must divide the ${channels} channels.`,
    argument: (spec: string) =>
      `${spec}: behind the colon there must be a whole number from 1 on that fits the channels.`,
    noNumber: (spec: string) => `${spec}: this norm takes no number.`,
    alone: (name: string) => `${name} cannot stand behind a convolution, as a norm must here.`,
    tokens: "This norm needs two positions or more: it scales by the logarithm of their number.",
    oneValue:
      "With one sample and one position, each statistic would be of a single value. PyTorch refuses this " +
      "too. Take more samples or positions.",
    numbers: (expected: number, got: number) => `Expected ${expected} numbers, got ${got}.`,
    notNumbers: (word: string) => `“${word}” is not a number.`,
    text: (least: string, got: string) =>
      `The text must have more than ${least} characters; it has ${got}.`,
    memory: "There is not enough memory for this.",
    other: (message: string) => `Refused: ${message}`,
  },
};
