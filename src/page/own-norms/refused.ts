// Why a file of the visitor's has no norms to show.
import { refusalText } from "../refusals.js";
import type { ToolsTexts } from "../text/texts.js";

const sentences: readonly (readonly [
  RegExp,
  Exclude<keyof ToolsTexts["norms"]["refused"], "missing">,
])[] = [
  [/cannot be read/, "unreadable"],
  [/zip archive/, "zip"],
  [/weight_map/, "index"],
  [/header of \d+ bytes is longer/, "long"],
  [/at least 8 bytes|goes beyond the end|header is not/, "other"],
  [
    /expected an object|expected a |expected two|not within|needs|array before it|gap before|belong to no/,
    "damaged",
  ],
];

/** What is shown at the field. */
export function normsRefusal(error: unknown, files: string, { norms, common }: ToolsTexts): string {
  const { refused } = norms;
  const whole = error instanceof Error ? error.message : String(error);
  const missing = /missing file: (.*)$/.exec(whole)?.[1];
  if (missing) return refused.missing(missing);
  const message = files.split("\n").reduce((text, name) => text.replace(name, ""), whole);
  const found = sentences.find(([pattern]) => pattern.test(message));
  return found ? refused[found[1]](files.split("\n").join(", ")) : refusalText(error, common);
}
