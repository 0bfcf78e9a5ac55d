import { duration, quickNote, TOO_SHORT } from "../../../show/words.js";

/** What every command says. */
export const common = {
  /** For `<html lang>`. */
  lang: "en",
  program: "Neural-network normalisation layers, by experiment",
  version: "print the version",
  help: {
    flag: "display help for command",
    command: "flags of a command",
    unknown: (name: string, known: string) => `unknown command '${name}'; there are ${known}`,
    /** A heading, or the usage, as the help of a command has it. */
    words: (text: string) => text,
  },
  flags: {
    lang: "language of the output and of the report: zh or en (default: from the locale)",
    threads: "threads, or auto",
    deterministic: "the same bits on every machine",
    quick: `smaller, in half a minute or less: ${TOO_SHORT}`,
    out: "where index.html and results.json go",
    seed: "decides all that is random",
    seeds: (what: string) => `runs per ${what}, seeds counting up`,
    steps: "of training",
  },
  quickNote,
  duration,
  comma: ", ",
  /** Between the members of a list. */
  list: ", ",
  colon: ": ",
  semicolon: "; ",
  /** Sentences of one paragraph, one behind the other. */
  space: " ",
  report: (files: string) => `Report: ${files}`,
  replaced: (out: string) =>
    `The report in ${out} will be replaced; --out names another directory.`,
  stopped: "stopped; nothing written",
  stoppedAtOnce: "stopped at once",
  belongs: (flag: string, names: string) => `; ${flag} belongs behind a command: ${names}`,
  progress: {
    step: (step: number, steps: number) => `step ${step}/${steps}`,
    rate: (rate: string) => `${rate} steps/s`,
    left: (time: string) => `ETA ${time}`,
  },
  ask: {
    range: (count: number) => `A number from 1 to ${count}: `,
    noChoice: (text: string, count: number, words: string) =>
      `"${text}" is not one of 1 to ${count}${words && `, or of ${words}`}`,
    noInteger: (text: string) => `"${text}" is not an integer from 1 on`,
  },
  page: {
    title: (name: string, title: string) => `evenkeel ${name}: ${title}`,
    back: "All experiments",
    wrong: "Where the articles were wrong",
    wrongHead: ["article", "it says", "what is right"],
    quoted: (title: string) => `“${title}”`,
    settings: "Settings",
    machine: "Machine",
    table: (columns: string) => `Table: ${columns}`,
    numbers: "In numbers",
  },
  truths: {
    title: "What is said of them",
    head: ["claim", "here", "figures"],
    verdict: (holds: boolean, holding: number, seeds: number) =>
      `${holds ? "holds" : "does not hold here"} (${holding} of ${seeds} seeds)`,
    caption: (seeds: number) =>
      "A claim holds where it does from every seed. " +
      `Figures: mean and one standard deviation over ${seeds} seeds.`,
    line: (claim: string, verdict: string, figures: string) => `${claim}: ${verdict}; ${figures}.`,
    figure: (name: string) => name,
  },
  /** The names of the norms that some experiments compare. */
  norms: { none: "no norm", bn: "batch norm", ln: "layer norm", in: "instance norm" },
  number: {
    seeds: (n: number) => `${n} seed${n === 1 ? "" : "s"}`,
    steps: (n: number) => `${n} step${n === 1 ? "" : "s"}`,
  },
} as const;
