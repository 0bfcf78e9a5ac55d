/** Chinese, Japanese and Korean characters and full-width punctuation: two cells of a terminal each. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/gu;

/** The cells of a terminal that a text takes. */
export const widthOf = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0);

/** A text that is not ours, for a terminal, which would obey its control characters: they are shown by their codes. */
export const shown = (text: string): string =>
  text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** The text with spaces behind it, in so many cells. */
export const padEnd = (text: string, cells: number): string =>
  text + " ".repeat(Math.max(0, cells - widthOf(text)));

export const padStart = (text: string, cells: number): string =>
  " ".repeat(Math.max(0, cells - widthOf(text))) + text;

/** No line begins with the first of these, and none ends with the second. */
const [CLOSING, OPENING] = ["，。；：、？！）》”", "（《“"];

/** What stays in one line: a word with the spaces before it, or a wide character, each with its punctuation. */
const UNIT = new RegExp(
  `\\s*[${OPENING}]*(?:${WIDE.source}|[^\\s${WIDE.source.slice(1, -1)}]+)[${CLOSING}]*`,
  "gu",
);

/** The text in lines of at most `cells` cells. */
export function wrap(text: string, cells: number): string {
  return text
    .split("\n")
    .map((line) => {
      const lines = [""];
      for (const unit of line.match(UNIT) ?? []) {
        const last = lines[lines.length - 1];
        if (last && widthOf(last + unit) > cells) lines.push(unit.trimStart());
        else lines[lines.length - 1] += unit;
      }
      return lines.join("\n");
    })
    .join("\n");
}
