import type { Command } from "commander";
import { langOption } from "../language.js";
import { option, positive } from "../options.js";
import type { Texts } from "../text/en/index.js";
import { shown } from "../width.js";
import { foldNorms, type Kept } from "./fold-norms.js";
import { dtypeOption, type NumberType, rewrite } from "./write.js";

/** Adds `evenkeel fold FILE OUT`. */
export function addFold(program: Command, texts: Texts): void {
  const { fold, norms } = texts;
  const reason = (why: Kept): string => {
    const own = { damaged: fold.damaged, type: fold.type, overflow: fold.overflow };
    return { ...norms.doubts, ...own }[why];
  };
  program
    .command("fold")
    .description(fold.description)
    .argument("<file>", fold.file)
    .argument("<out>", fold.out)
    .addOption(option("--eps <x>", fold.eps, positive).default(1e-5, "1e-5"))
    .addOption(dtypeOption(fold.dtype))
    .addOption(langOption(texts))
    .action((file: string, out: string, { eps, dtype }: { eps: number; dtype?: NumberType }) =>
      rewrite({ file, out, dtype }, texts, (all, runtime) => {
        const { tensors, folded, kept } = foldNorms(all, eps, runtime);
        for (const { norm, weight } of folded) console.log(shown(fold.folded(norm, weight)));
        for (const { norm, why } of kept) console.log(shown(fold.kept(norm, reason(why))));
        if (folded.length === 0) throw new Error(fold.none);
        const near = folded.filter(({ epsMatters }) => epsMatters).length;
        if (near > 0) console.log(fold.epsMatters(near, String(eps)));
        return { tensors, done: fold.done(folded.length, kept.length, out) };
      }),
    );
}
