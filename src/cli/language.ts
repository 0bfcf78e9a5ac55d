import { Option } from "commander";
import { en, type Texts } from "./text/en/index.js";
import { zh } from "./text/zh/index.js";

const languages = { zh, en } as const;

type Language = keyof typeof languages;

const isLanguage = (text: string | undefined): text is Language =>
  text !== undefined && Object.hasOwn(languages, text);

/** The values of --lang among the arguments of the command. What stands behind `run` is for another program. */
function flagsOf(argv: readonly string[]): (string | undefined)[] {
  const end = argv.findIndex((word, i) => word === "run" && argv[i - 1] !== "--out");
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.flatMap((word, i) => {
    if (word === "--lang") return [own[i + 1]];
    return word.startsWith("--lang=") ? [word.slice("--lang=".length)] : [];
  });
}

/** The language of --lang, or else of the locale as POSIX has it. An unknown value is refused later. */
export function textsFor(
  argv: readonly string[],
  { LC_ALL, LC_MESSAGES, LANG }: Readonly<Record<string, string | undefined>>,
): Texts {
  const flag = flagsOf(argv).at(-1);
  if (isLanguage(flag)) return languages[flag];
  const locale = LC_ALL || LC_MESSAGES || LANG || "";
  return /^zh\b|^zh_/i.test(locale) ? zh : en;
}

export interface LangFlag {
  lang?: string;
}

/** --lang itself, for --help and to refuse what is no language; its value is read before all others. */
export const langOption = ({ common }: Texts): Option =>
  new Option("--lang <language>", common.flags.lang).choices(Object.keys(languages));
