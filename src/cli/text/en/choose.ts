export const choose = {
  description: "which norm fits: asks, or answers from flags",
  flags: {
    task: "what is to be done",
    batch: "samples a device sees per step",
    deviceCount: "devices that share a step",
    shift: "data in use differ from those in training",
    sequence: "what reads the sequence",
    style: "where the style comes from",
    generator: "which part of a generator",
  },
  idle: (flags: string) => `Of no effect here: ${flags}`,
  missing: (flag: string, question: string) => `${flag} is missing: ${question}`,
  oneOf: (values: string) => `One of ${values}.`,
  number: "A number.",
  answers: (count: number) => `${count} answers; evenkeel choose asks for yours.`,
  answer: (given: string, label: string) => `${given}: ${label}`,
  take: (norm: string, code: string) => `${norm}: ${code}`,
  terms: { take: "Take", why: "Why", but: "But", see: "See" },
  /** The terms of an answer on the terminal, all of one width. */
  lines: { why: "Why:      ", but: "But:      ", see: "See:      " },
  title: "Which norm",
  chosen: (norm: string, reason: string) => `${norm}. ${reason}`,
  summary: (count: number) =>
    `${count} answers to the question which norm fits, each with its reason, its caveat and the experiment that ` +
    "shows it.",
  lead:
    "The articles end in a decision tree, whose picture is lost, and in rules of thumb, some of them the wrong way " +
    "round. This tree keeps what holds.",
  yours: "Yours",
  tree: {
    title: "The tree",
    box: "The tree of questions",
    label: "Decision tree",
    way: "Orange: your way.",
  },
  every: { title: "Every answer", head: ["where", "take", "why", "but", "see"] },
} as const;
