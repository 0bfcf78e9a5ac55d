import { Argument, InvalidArgumentError, Option } from "commander";
import { seeDefaults as defaults, type SeeConfig, see } from "../experiments/see.js";
import type { Experiment } from "./command.js";
import { option, seed } from "./options.js";
import { type SeeOutcome, seeReport, seeText } from "./report/see.js";
import type { Texts } from "./text/en/index.js";

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

export const seeExperiment = (texts: Texts): Experiment<Flags, SeeOutcome> => ({
  name: "see",
  description: texts.see.description,
  argument: new Argument("[norm]", texts.see.norm).default(defaults.norm),
  options: [
    option("--at <n,c,p>", texts.see.at, integers(3, 0), [0, 0, 0]),
    option("--shape <n,c,h,w>", texts.see.shape, integers(4, 1), [...defaults.shape]),
    new Option("--eval", texts.see.eval).default(false),
    seed(texts, defaults.seed),
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
  text: (result) => seeText(result, texts),
  report: (result) => seeReport(result, texts),
});
