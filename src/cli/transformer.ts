import { basename } from "node:path";
import { Option } from "commander";
import { logbook } from "../experiments/logbook.js";
import {
  transformerDefaults as defaults,
  type TransformerConfig,
  type TransformerResult,
  type TransformerVariant,
  transformer,
  transformerVariants,
} from "../experiments/transformer.js";
import type { Experiment } from "./command.js";
import { integer, list, option, positive, seed } from "./options.js";
import { transformerReport, transformerText } from "./report/transformer.js";
import { readText } from "./text-file.js";

type Flags = Pick<
  TransformerConfig,
  "variants" | "layers" | "steps" | "lr" | "warmup" | "seed" | "seeds"
> & { text?: string };

const variants = Object.keys(transformerVariants) as TransformerVariant[];

export const transformerExperiment: Experiment<Flags, TransformerResult> = {
  name: "transformer",
  description: "small language models that differ in where their norms stand and which they are",
  options: [
    new Option("--text <file>", "what they learn, in UTF-8; without: a log book that comes along"),
    new Option("--variants <names>", `what to compare, with commas between: ${variants.join(", ")}`)
      .argParser(list(variants))
      .default(defaults.variants, defaults.variants.join(",")),
    option("--layers <n>", "transformer blocks", integer(2), defaults.layers),
    option("--steps <n>", "of training", integer(1), defaults.steps),
    option("--lr <x>", "step size of AdamW", positive, defaults.lr),
    option("--warmup <n>", "steps in which the step size rises", integer(0), defaults.warmup),
    seed(defaults.seed),
    option("--seeds <k>", "runs per variant, seeds counting up", integer(1), defaults.seeds),
  ],
  quick: { steps: 60 },
  async *run({ text, variants, layers, steps, lr, warmup, seed, seeds }, context) {
    if (warmup > steps)
      throw new Error(
        `--warmup ${warmup} is more than --steps ${steps}: the step size would never be reached`,
      );
    const source = text
      ? { name: basename(text), content: await readText("--text", text) }
      : { name: "the log book", content: logbook };
    const settings = { variants, layers, steps, lr, warmup, seed, seeds };
    return yield* transformer(source, settings, context);
  },
  text: transformerText,
  report: transformerReport,
};
