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
  [
    /(?:takes no number|no number behind "[^"]*"), got "([^"]*)"/,
    (refused, [spec]) => refused.noNumber(spec),
  ],
  [/an integer ≥ 1, got "([^"]*)"/, (refused, [spec]) => refused.argument(spec)],
  [/"([^"]*)" cannot stand behind a convolution/, (refused, [name]) => refused.alone(name)],
  [/expected sequenceLength/, (refused) => refused.tokens],
  [/expected more than 1 /i, (refused) => refused.oneValue],
  [
    /text of more than (\d+) characters, got (\d+)/,
    (refused, [least, got]) => refused.text(least, got),
  ],
  [/memory/i, (refused) => refused.memory],
];

/** What is shown at the field. */
export function refusalText(error: unknown, common: Texts["common"]): string {
  const { refused } = common;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal)
    for (const [pattern, text] of sentences) {
      const found = pattern.exec(message);
      if (found) return text(refused, found.slice(1));
    }
  const failure = failureText(message, common);
  return failure === message ? refused.other(message) : common.noEngine.other(failure);
}

const failures: readonly (readonly [RegExp, keyof Texts["common"]["failed"]])[] = [
  [/worker could not start/, "start"],
  [/worker does not answer/, "silence"],
];

/** Why the engine, or a training, failed. What the page does not know stays in the browser's words. */
export function failureText(message: string, { failed }: Texts["common"]): string {
  const found = failures.find(([pattern]) => pattern.test(message));
  return found ? failed[found[1]] : message;
}

const fileSentences: readonly (readonly [RegExp, keyof Texts["train"]["refused"]])[] = [
  [/cannot be read/, "unreadable"],
  [/empty file/, "empty"],
  [/too many/, "huge"],
  [/no whole number of records/, "records"],
  [/label \d+/, "label"],
  [/tar:/, "archive"],
  [/too few/, "few"],
];

/** What is wrong with a file of the visitor's. */
export function fileRefusalText(
  error: unknown,
  file: string,
  { refused }: Texts["train"],
  common: Texts["common"],
): string {
  const whole = error instanceof Error ? error.message : String(error);
  const message = whole.replace(file, ""); // which may be called "too few.bin"
  const found = fileSentences.find(([pattern]) => pattern.test(message));
  return found ? refused[found[1]](file) : refusalText(error, common);
}
