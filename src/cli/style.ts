import { Option } from "commander";
import { brushwork, harbour, type Picture } from "../experiments/pictures.js";
import {
  styleDefaults as defaults,
  type StyleConfig,
  type StyleResult,
  style,
  styleNorms,
} from "../experiments/style.js";
import type { Experiment } from "./command.js";
import { integer, list, option, positive, seed } from "./options.js";
import { readPicture } from "./picture-file.js";
import { styleReport, styleText } from "./report/style-transfer.js";
import type { Texts } from "./text/en/index.js";

const LARGEST = 1024;

type Flags = Pick<StyleConfig, "norms" | "steps" | "lr" | "styleWeight" | "seed" | "seeds"> & {
  content?: string;
  style?: string;
  size: number;
};

/** Reads a picture from which pieces of the usual size can be cut. */
async function read(flag: string, file: string, size: number): Promise<Picture> {
  const picture = await readPicture(file, size);
  const shorter = Math.min(picture.width, picture.height);
  if (shorter >= defaults.crop) return picture;
  const enough = Math.ceil((size * defaults.crop) / shorter);
  const way = enough > LARGEST ? "" : `--size ${enough} or more, or `;
  throw new Error(
    `${flag} ${file}: ${picture.width} × ${picture.height} pixels at --size ${size}, and the shorter side must have ` +
      `${defaults.crop}: give ${way}a picture with a longer shorter side`,
  );
}

export const styleExperiment = (texts: Texts): Experiment<Flags, StyleResult> => ({
  name: "style",
  description: texts.style.description,
  options: [
    new Option("--content <file>", texts.style.content),
    new Option("--style <file>", texts.style.style),
    option("--size <n>", texts.style.size, integer(64, LARGEST), 128),
    new Option("--norms <names>", texts.style.which(styleNorms.join(", ")))
      .argParser(list(styleNorms))
      .default(defaults.norms, defaults.norms.join(",")),
    option("--steps <n>", texts.common.flags.steps, integer(1), defaults.steps),
    option("--lr <x>", texts.style.lr, positive, defaults.lr),
    option("--style-weight <x>", texts.style.weight, positive, defaults.styleWeight),
    seed(texts, defaults.seed),
    option("--seeds <k>", texts.style.seeds, integer(1), defaults.seeds),
  ],
  quick: { steps: 100, size: 96 },
  async *run({ content, style: manner, size, ...flags }, context) {
    const { norms, steps, lr, styleWeight, seed, seeds } = flags;
    const from = content ? await read("--content", content, size) : harbour(size - (size % 4));
    const to = manner ? await read("--style", manner, size) : brushwork(size - (size % 4));
    const settings = { norms, steps, lr, styleWeight, seed, seeds };
    return yield* style(from, to, settings, context);
  },
  text: (result) => styleText(result, texts),
  report: (result) => styleReport(result, texts),
});
