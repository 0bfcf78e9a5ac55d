import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import type { Texts } from "./text/en/index.js";

export interface Terminal {
  input: Readable;
  output: Writable;
}

/**
 * Asks until `parse` accepts the answer. Throws an AbortError when the input ends, as by Ctrl-D, or on Ctrl-C. This is
 * no prompt library: the maintained one needs Node 22.
 */
export async function ask<T>(
  prompt: string,
  parse: (text: string) => T | null,
  { input, output }: Terminal,
): Promise<T> {
  const lines = createInterface({ input, output });
  const stop = new AbortController();
  lines.on("SIGINT", () => stop.abort());
  lines.on("close", () => stop.abort());
  try {
    for (;;) {
      const value = parse((await lines.question(prompt, { signal: stop.signal })).trim());
      if (value !== null) return value;
    }
  } finally {
    lines.close();
  }
}

/**
 * Shows a numbered list to choose from. Gives the index of the choice. The answer is its number, or one of `words`, in
 * the order of the choices.
 */
export function askChoice(
  question: string,
  choices: readonly string[],
  terminal: Terminal,
  { common }: Texts,
  words: readonly string[] = [],
): Promise<number> {
  const list = choices.map((choice, i) => `  ${i + 1}  ${choice}`).join("\n");
  return ask(
    `\n${question}\n${list}\n${common.ask.range(choices.length)}`,
    (text) => {
      const index = /^\d+$/.test(text) ? Number(text) - 1 : words.indexOf(text.toLowerCase());
      if (index >= 0 && index < choices.length) return index;
      const refusal = common.ask.noChoice(text, choices.length, words.join(", "));
      terminal.output.write(`${refusal}\n`);
      return null;
    },
    terminal,
  );
}

export const askInteger = (
  question: string,
  terminal: Terminal,
  { common }: Texts,
): Promise<number> =>
  ask(
    `\n${question} `,
    (text) => {
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
      terminal.output.write(`${common.ask.noInteger(text)}\n`);
      return null;
    },
    terminal,
  );
