import type { Command } from "commander";
import { langOption } from "../language.js";
import type { Texts } from "../text/en/index.js";
import { dtypeOption, type NumberType, rewrite } from "./write.js";

/** Adds `evenkeel convert FILE OUT`. */
export function addConvert(program: Command, texts: Texts): void {
  const { convert, fold } = texts;
  program
    .command("convert")
    .description(convert.description)
    .argument("<file>", convert.file)
    .argument("<out>", convert.out)
    .addOption(dtypeOption(fold.dtype))
    .addOption(langOption(texts))
    .action((file: string, out: string, { dtype }: { dtype?: NumberType }) =>
      rewrite({ file, out, dtype }, texts, (tensors) => ({
        tensors,
        done: convert.done(tensors.size, out),
      })),
    );
}
