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
import type { Texts } from "./text/en/index.js";
import { readText } from "./text-file.js";

type Flags = Pick<
  TransformerConfig,
  "variants" | "layers" | "steps" | "lr" | "warmup" | "seed" | "seeds"
> & { text?: string };

const variants = Object.keys(transformerVariants) as TransformerVariant[];

export const transformerExperiment = (texts: Texts): Experiment<Flags, TransformerResult> => ({
  name: "transformer",
  description: texts.transformer.description,
  options: [
    new Option("--text <file>", texts.transformer.text),
    new Option("--variants <names>", texts.transformer.variants(variants.join(", ")))
      .argParser(list(variants))
      .default(defaults.variants, defaults.variants.join(",")),
    option("--layers <n>", texts.transformer.layers, integer(2), defaults.layers),
    option("--steps <n>", texts.common.flags.steps, integer(1), defaults.steps),
    option("--lr <x>", texts.transformer.lr, positive, defaults.lr),
    option("--warmup <n>", texts.transformer.warmup, integer(0), defaults.warmup),
    seed(texts, defaults.seed),
    option("--seeds <k>", texts.transformer.seeds, integer(1), defaults.seeds),
  ],
  quick: { steps: 60 },
  async *run({ text, variants, layers, steps, lr, warmup, seed, seeds }, context) {
    if (warmup > steps)
      throw new Error(
        `--warmup ${warmup} is more than --steps ${steps}: the step size would never be reached`,
      );
    const source = text
      ? { name: basename(text), content: await readText("--text", text) }
      : { name: texts.transformer.logbook, content: logbook };
    const settings = { variants, layers, steps, lr, warmup, seed, seeds };
    return yield* transformer(source, settings, context);
  },
  text: (result) => transformerText(result, texts),
  report: (result) => transformerReport(result, texts),
});
