import { type Command, Help } from "commander";
import type { Texts } from "./text/en/index.js";
import { widthOf, wrap } from "./width.js";

/** --help of the program and of all commands that are added to it afterwards, in one language. */
export function speakHelp(program: Command, { common }: Texts): void {
  const { words } = common.help;
  program.helpOption("-h, --help", common.help.flag);
  if (common.lang === "en") return; // Commander speaks English
  const usual = new Help();
  program.configureHelp({
    formatHelp: (command, helper) =>
      usual.formatHelp.call(helper, command, helper).replace(/^(.*：) /, "$1"),
    displayWidth: widthOf,
    boxWrap: wrap,
    styleTitle: words,
    styleUsage: words,
    styleSubcommandText: words,
    styleOptionDescription: words,
    styleArgumentDescription: words,
    styleSubcommandTerm: words,
    styleArgumentTerm: words,
  } satisfies Partial<Help>);
}
