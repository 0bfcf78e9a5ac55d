/** What several sections of the laboratory say. */
export const lab = {
  run: "Run",
  again: "Run again",
  pause: "Pause",
  resume: "Resume",
  stop: "Stop",
  failed: (why: string) => `It failed: ${why}`,
  tutorials: "What tutorials say",
  said: "They say:",
  right: "In fact:",
  rate: "Learning rate",
  step: "step",
  comma: ", ",
};
