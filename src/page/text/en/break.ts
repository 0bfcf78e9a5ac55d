import { usualStrength } from "../../../experiments/influence/disturb.js";

const { outlier, shift, scale } = usualStrength;

export const breakIt = {
  heading: "Break it: who pays?",
  lead:
    "One number of sample 0 goes wrong: drag it or its slider, and see whose outputs change. Other things that go " +
    "wrong stand below the slider.",
  disturbance: "What goes wrong in sample 0",
  more: "Other things that go wrong",
  value: "The number that goes wrong",
  /** What is done, where there is nothing to drag. */
  done: {
    alone: "The other samples are removed: sample 0 is alone in its batch.",
    constant: "One channel of sample 0 is 1 everywhere.",
    shift: `Each number of sample 0 gets ${shift} more.`,
    scale: `Each number of sample 0 is multiplied by ${scale}.`,
    padding: "The last half of sample 0's positions is 0, as if it were shorter.",
  },
  subject: {
    outlier: "The outlier",
    alone: "Being alone",
    constant: "The constant channel",
    shift: "The large mean",
    scale: "The scaling",
    padding: "The padding",
  },
  verdict: (subject: string, moved: number, of: number, own: number, others: number) =>
    moved === 0
      ? `${subject} moves none of ${of} other outputs.`
      : `${subject} moves ${moved} of ${of} other outputs: ${own} of its own sample, ${others} of other samples.`,
  /** Where every number of the sample is disturbed. */
  verdictAll: (subject: string, moved: number, of: number, own: number, others: number) =>
    moved === 0
      ? `${subject} moves none of ${of} outputs.`
      : `${subject} moves ${moved} of ${of} outputs: ${own} of its own sample, ${others} of other samples.`,
  /** Where there are no other samples. */
  verdictAlone: (subject: string, moved: number, of: number) =>
    moved === 0
      ? `${subject} moves none of ${of} outputs: the others never mattered.`
      : `${subject} moves ${moved} of ${of} outputs: they had leaned on the others.`,
  input: "Input",
  outputOf: (method: string) => `Output of: ${method}`,
  legend: {
    hit: "went wrong",
    own: "moved, own sample",
    others: "moved, another sample",
    stays: "did not move",
    gone: "removed",
  },
  deeper: (by: string) => `The deeper the colour, the farther it moved: at most ${by}.`,
  sample: "sample",
  table: {
    heading: "All methods, everything that goes wrong",
    caption:
      `Outputs that move, in percent, of 4 samples with 8 channels of 4 × 4 (outlier ${outlier}, mean + ` +
      `${shift}, scale × ${scale}). `,
    built: "Computed when this page was made.",
    live: (ms: string) => `Computed a moment ago on this machine in ${ms} ms.`,
    own: "own",
    others: "others",
    ownLong: "of its own sample",
    othersLong: "of other samples",
    sort: (column: string) => `${column}: sort`,
    family: "Kind",
    all: "all kinds",
    find: "Find",
    view: "What goes wrong",
    invariance: "what it does not notice",
    nothing: "nothing",
    comma: ", ",
    none: "No method has this name.",
    count: (shown: number, all: number) => `${shown} of ${all} methods`,
    press: "Press a method to see it in the figure.",
  },
};
