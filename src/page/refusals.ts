// The library's refusals that a visitor can cause, in the visitor's language.
import { Refusal } from "./engine/client.js";
import type { Texts } from "./text/texts.js";

type Refused = Texts["common"]["refused"];

const sentences: readonly (readonly [RegExp, (refused: Refused, found: string[]) => string])[] = [
  [
    /(?:unknown norm|norm to be one method.*got) "([^"]*)"/,
    (refused, [name]) => refused.unknownNorm(name),
  ],
  [
    /"([^"]*)": num_channels must be divisible by num_groups, got (\d+)/,
    (refused, [spec, channels]) => refused.divides(spec, channels),
  ],
  [/expected more than 1 /i, (refused) => refused.oneValue],
  [/memory/i, (refused) => refused.memory],
];

/** What is shown at the field. */
export function refusalText(error: unknown, { refused }: Texts["common"]): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal)
    for (const [pattern, text] of sentences) {
      const found = pattern.exec(message);
      if (found) return text(refused, found.slice(1));
    }
  return refused.other(message);
}
