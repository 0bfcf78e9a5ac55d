/** `evenkeel all` and its page. */
export const all = {
  description: "every experiment, into one report",
  seed: "for all of them (default: of each its own)",
  stopped: (done: number, planned: number) => `Stopped: ${done} of ${planned} are finished.`,
  report: (file: string, seconds: number) => `Report: ${file}, after ${seconds} s`,
  document: "evenkeel: normalisation by experiment",
  title: "Normalisation by experiment",
  lead: "What five articles on normalisation layers tell and print, run and measured, and put right where it is wrong.",
  stoppedEarly: (done: number, planned: number) =>
    `Stopped early: ${done} of ${planned} experiments are finished.`,
  took: (name: string, seconds: string) => `evenkeel ${name}, ${seconds} s`,
  see: "see",
  articles: {
    title: "The articles",
    about:
      "Five texts of Chinese tutorials, by what their titles say in English; some of their pictures and tables are " +
      "lost.",
  },
} as const;
