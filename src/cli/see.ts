import { Argument, InvalidArgumentError, Option } from "commander";
import { seeDefaults as defaults, type SeeConfig, see } from "../experiments/see.js";
import type { Experiment } from "./command.js";
import { option, seed } from "./options.js";
import { type SeeOutcome, seeReport, seeText } from "./report/see.js";

interface Flags extends Pick<SeeConfig, "norm" | "shape" | "seed"> {
  at: readonly number[];
  eval: boolean;
}

/** Accepts so many integers of at least `least`, with commas between them. */
const integers = (count: number, least: number) => (text: string) => {
  const list = text.split(",").map((part) => (/^\d{1,6}$/.test(part.trim()) ? Number(part) : -1));
  if (list.length === count && list.every((value) => value >= least)) return list;
  throw new InvalidArgumentError(`Expected ${count} integers of at least ${least}.`);
};

export const seeExperiment: Experiment<Flags, SeeOutcome> = {
  name: "see",
  description: "what a norm makes of a few numbers, and the arithmetic of one of them",
  argument: new Argument("[norm]", "any method, such as gn:2, adain or wn").default(defaults.norm),
  options: [
    option("--at <n,c,p>", "sample, channel and position of that one", integers(3, 0), [0, 0, 0]),
    option("--shape <n,c,h,w>", "of the input", integers(4, 1), [...defaults.shape]),
    new Option("--eval", "in evaluation, after one step in training").default(false),
    seed(defaults.seed),
  ],
  quick: {},
  async *run({ norm, shape, at, seed, eval: evaluation }, context) {
    const [n, c, h, w] = shape;
    if (at[0] >= n || at[1] >= c || at[2] >= h * w)
      throw new RangeError(
        `--at ${at} is not within ${n} samples, ${c} channels, ${h * w} positions, each counted from 0`,
      );
    const result = yield* see({ norm, shape, seed, training: !evaluation }, context);
    return { ...result, config: { ...result.config, at } };
  },
  text: seeText,
  report: seeReport,
};
