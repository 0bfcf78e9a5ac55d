// The frame of a chart: scales, ticks, titles and a legend, as SVG for so many pixels. It takes fonts and the colour of
// the text from the page.
import { nice, ticks } from "d3-array";
import { escapeHtml } from "../../show/escape-html.js";
import { INK } from "../../show/palette.js";
import { widthOf } from "../width.js";

/** Draws a chart for so many pixels. It may become higher. */
export type Drawing = (width: number, height: number) => string;

/** Where the values are, in pixels from the left and from the top. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Scale {
  title: string;
  from: number;
  to: number;
  /** Whether equal factors are equally far apart. */
  log?: boolean;
  /** Whether only integers have ticks. */
  whole?: boolean;
}

/** What a chart says of an axis. The other ends are those of the data. */
export interface Range extends Pick<Scale, "log" | "whole"> {
  min?: number;
  max?: number;
}

/** Powers of ten. */
export const LOG: Range = { log: true };

const finite = (values: readonly (number | null)[]) =>
  values.filter((value): value is number => value !== null && Number.isFinite(value));

/** A scale that holds the values. `round`: whether it holds 0 too and ends at round numbers, where no end is given. */
export function scaleOf(
  title: string,
  values: readonly (number | null)[],
  { min, max, log, whole }: Range = {},
  round = true,
): Scale {
  const known = finite(values).filter((value) => !log || value > 0);
  if (known.length === 0) known.push(1); // of a training that gave no numbers
  const all = round && !log ? [0, ...known] : known;
  const [low, high] = [min ?? Math.min(...all), max ?? Math.max(...all)];
  const more = { title, ...(log && { log }), ...(whole && { whole }) };
  if (log && round) {
    const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    return { ...more, from: 10 ** from, to: 10 ** Math.max(to, from + 1) };
  }
  const [from, to] = round ? nice(low, high === low ? low + 1 : high, 5) : [low, high];
  return { ...more, from: min ?? from, to: max ?? to };
}

/** Gives the pixel of a value. Values beyond the scale stay at its edge. */
export function placesOf({ from, to, log }: Scale, start: number, end: number) {
  const at = log ? Math.log10 : (value: number) => value;
  const factor = (end - start) / (at(to) - at(from) || 1);
  return (value: number) => start + factor * (at(Math.max(from, Math.min(to, value))) - at(from));
}

/** About `count` values of a scale to write beside it. */
function ticksOf({ from, to, log, whole }: Scale, count: number): number[] {
  if (!log) return ticks(from, to, count).filter((tick) => !whole || Number.isInteger(tick));
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const stride = Math.ceil((last - first) / (2 * count));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = last - first > 2 ? [1] : [1, 2, 5];
  return powers
    .filter((power) => (power - first) % stride === 0)
    .flatMap((power) => within.map((times) => times * 10 ** power))
    .filter((tick) => tick >= from && tick <= to);
}

const format = (value: number, { log }: Scale) =>
  log && (value < 0.01 || value > 9999)
    ? value.toExponential(0).replace("e+", "e")
    : String(value).replace("-", "−");

/** The approximate width of a text in letters of 13 px. */
export const textWidth = (text: string) => 7 * widthOf(text);

export const svg = (width: number, height: number, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${height}" font-size="12" fill="${INK}">\n${parts.join("\n")}\n</svg>`;

const round = (pixels: number) => Number(pixels.toFixed(1));

/** A text at a place. `more`: further attributes. */
export const textAt = (x: number, y: number, words: string, more = 'text-anchor="middle"') =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${escapeHtml(words)}</text>`;

export const lineFrom = (x1: number, y1: number, x2: number, y2: number, look: string) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${look}/>`;

const GRID = 'stroke="rgba(128, 128, 128, 0.25)"';
const AXIS = 'stroke="gray"';

/** The x axis of a box, with lines up from its ticks. */
export function xAxis(scale: Scale, { left, right, top, bottom }: Box): string[] {
  const at = placesOf(scale, left, right);
  return [
    ...ticksOf(scale, Math.max(3, (right - left) / 90)).flatMap((tick) => [
      lineFrom(at(tick), top, at(tick), bottom, GRID),
      textAt(at(tick), bottom + 17, format(tick, scale)),
    ]),
    lineFrom(left, bottom, right, bottom, AXIS),
    textAt((left + right) / 2, bottom + 38, scale.title, 'text-anchor="middle" font-size="13"'),
  ];
}

/** The y axis of a box, with lines to the right of its ticks. */
export function yAxis(scale: Scale, { left, right, top, bottom }: Box): string[] {
  const at = placesOf(scale, bottom, top);
  const middle = (top + bottom) / 2;
  const turned = `text-anchor="middle" font-size="13" transform="rotate(-90 13 ${round(middle)})"`;
  return [
    ...ticksOf(scale, 5).flatMap((tick) => [
      lineFrom(left, at(tick), right, at(tick), GRID),
      textAt(left - 7, at(tick) + 4, format(tick, scale), 'text-anchor="end"'),
    ]),
    lineFrom(left, top, left, bottom, AXIS),
    textAt(13, middle, scale.title, turned),
  ];
}

/** What a legend shows: a name behind its mark, drawn for the place of its left end. */
export interface Entry {
  name: string;
  mark(x: number, y: number): string;
}

const LEGEND_ROW = 22;
const MARK = 34;

/** A legend in as many rows as it needs within a width, and its height. */
export function legend(
  entries: readonly Entry[],
  left: number,
  right: number,
): { parts: string[]; height: number } {
  let [x, y] = [left, 14];
  const parts = entries.flatMap(({ name, mark }) => {
    const taken = MARK + textWidth(name) + 14;
    if (x > left && x + taken > right) [x, y] = [left, y + LEGEND_ROW];
    const drawn = [mark(x, y), textAt(x + MARK, y + 4, name, 'font-size="13"')];
    x += taken;
    return drawn;
  });
  return { parts, height: y + 16 };
}
