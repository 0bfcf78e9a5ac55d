// A results.json of any experiment as curves and tables. What is in it is told by its form alone, so that those of
// experiments to come can be read as well; names are those of the file.
import type { Line } from "../parts/chart.js";

export interface Curves {
  title: string;
  lines: Omit<Line, "look">[];
}

export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

export interface Views {
  curves: Curves[];
  tables: Table[];
}

type Plain = Readonly<Record<string, unknown>>;

/** Lists of so many numbers and more are curves, shorter ones cells. */
const CURVE = 6;
/** The most lines of a chart and rows of a table: more could not be told apart, or would fill the page. */
const MOST_LINES = 24;
const MOST_ROWS = 200;

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): boolean => typeof value === "number" || value === null;
const isCurve = (value: unknown): value is (number | null)[] =>
  Array.isArray(value) &&
  value.length >= CURVE &&
  value.every(isNumber) &&
  value.some((each) => each !== null);
const isRecords = (value: unknown): value is Plain[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPlain);

/** Reads a results.json. Throws RangeError for what is none. */
export function readResult(text: string): Plain {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError("it is not JSON");
  }
  // an inspection of norms has its verdict in the place of settings
  if (!isPlain(value) || !(isPlain(value.config) || isRecords(value.layers)))
    throw new RangeError("it has no settings");
  return value;
}

export function viewsOf(result: Plain): Views {
  const views: Views = { curves: [], tables: [] };
  const { config, machine, ...rest } = result;
  addRecord("", rest, views);
  if (isPlain(config)) addFacts("config", config, views);
  if (isPlain(machine)) addFacts("machine", machine, views);
  return views;
}

function addFacts(title: string, record: Plain, { tables }: Views): void {
  const rows = cellsOf(record);
  if (rows.length > 0) tables.push({ title, head: ["", ""], rows: rows.map((row) => [...row]) });
}

function addRecord(path: string, record: Plain, views: Views): void {
  const under = (name: string) => (path ? `${path}.${name}` : name);
  addFacts(path, record, views);
  const lines = Object.entries(record).flatMap(([name, value]) =>
    isCurve(value) ? [{ name, values: value }] : [],
  );
  if (lines.length > 0)
    addCurves(
      path || "result",
      lines.map(({ name, values }) => lineOf(name, values)),
      views,
    );
  for (const [name, value] of Object.entries(record)) {
    if (isRecords(value)) addRecords(under(name), value, views);
    else if (isPlain(value) && !cellsOf(value).length) addRecord(under(name), value, views);
    else if (isPlain(value)) addInner(under(name), value, views);
  }
}

/** Of a record whose plain values stand in a row already: what else is in it. */
function addInner(path: string, record: Plain, views: Views): void {
  const rest = Object.entries(record).filter(([, value]) => isCurve(value) || isRecords(value));
  if (rest.length > 0) addRecord(path, Object.fromEntries(rest), views);
}

function addRecords(path: string, records: Plain[], views: Views): void {
  const cells = records.map((record) => new Map(cellsOf(record)));
  const head = [...new Set(cells.flatMap((row) => [...row.keys()]))];
  if (head.length > 0) {
    const rows = cells.slice(0, MOST_ROWS).map((row) => head.map((name) => row.get(name) ?? ""));
    views.tables.push({ title: path, head, rows });
  }
  const names = namesOf(records);
  const fields = [...new Set(records.flatMap(Object.keys))];
  for (const field of fields) {
    const values = records.map((record) => record[field]);
    const some = values.filter((value) => value !== undefined);
    if (some.some(isCurve)) {
      const lines = values.flatMap((value, i) => (isCurve(value) ? [lineOf(names[i], value)] : []));
      addCurves(`${path}.${field}`, lines, views);
    } else if (some.every(isRecords) && some.length > 0)
      addInTime(path, field, records, names, views);
  }
}

/** Lists of records in records: such as what was measured at some steps, a curve for each number. */
function addInTime(path: string, field: string, records: Plain[], names: string[], views: Views) {
  const lists = records.map((record) => (record[field] ?? []) as Plain[]);
  const numbers = [...new Set(lists.flat().flatMap((each) => numbersOf(each).map(([key]) => key)))];
  for (const key of numbers.filter((key) => key !== "step")) {
    const lines = lists.flatMap((list, i) => {
      const points = list.map((each, k): [number, number] => {
        const of = new Map(numbersOf(each));
        return [of.get("step") ?? k + 1, of.get(key) ?? Number.NaN];
      });
      return points.length > 1 ? [{ name: names[i], label: names[i], points }] : [];
    });
    if (lines.length > 0) addCurves(`${path}.${field}.${key}`, lines, views);
  }
}

function addCurves(title: string, lines: Curves["lines"], { curves }: Views): void {
  curves.push({ title, lines: lines.slice(0, MOST_LINES) });
}

const lineOf = (name: string, values: readonly (number | null)[]) => ({
  ...{ name, label: name },
  points: values.map((y, i) => [i + 1, y ?? Number.NaN] as const),
});

/** What tells records apart: their texts, and their whole numbers where these are the same. */
function namesOf(records: readonly Plain[]): string[] {
  const words = records.map((record) =>
    Object.values(record).filter((value) => typeof value === "string" && value.length <= 24),
  );
  const texts = words.map(([first = ""]) => String(first));
  const isOne = (names: string[]) => new Set(names).size === names.length;
  if (isOne(texts)) return texts;
  const all = words.map((each) => each.join(" "));
  if (isOne(all)) return all;
  const seeds = records.map(
    ({ seed }, i) => `${texts[i]} ${typeof seed === "number" ? seed : i + 1}`,
  );
  return isOne(seeds) ? seeds.map((name) => name.trim()) : records.map((_, i) => String(i + 1));
}

/** The numbers of a record and of records in it, by their paths. */
function numbersOf(record: Plain, path = ""): [string, number][] {
  return Object.entries(record).flatMap(([name, value]): [string, number][] => {
    if (typeof value === "number") return [[path + name, value]];
    return isPlain(value) ? numbersOf(value, `${path}${name}.`) : [];
  });
}

/** What fits into cells: plain values, short lists of them, and those of records in the record. */
function cellsOf(record: Plain, path = ""): [string, string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] => {
    if (isPlain(value)) return cellsOf(value, `${path}${name}.`);
    const isList = Array.isArray(value);
    if (isList && (isCurve(value) || !value.every((each) => typeof each !== "object" || !each)))
      return [];
    return [[path + name, isList ? value.map(textOf).join(", ") : textOf(value)]];
  });
}

/** Numbers with as many digits as tell something; the file has all. */
const textOf = (value: unknown): string =>
  typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6))).replace("-", "−")
    : value === null
      ? "–"
      : String(value);

/** The scale that holds all values that float32 has; there may be more of them than a call takes arguments. */
export function rangeOf(values: readonly number[]): [number, number] {
  const [low, high] = values
    .filter((value) => Number.isFinite(Math.fround(value)))
    .reduce(([low, high], y) => [Math.min(low, y), Math.max(high, y)], [Infinity, -Infinity]);
  if (low > high) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** The views of several results, those of the same name beside each other. */
export function beside(all: readonly Views[]): {
  curves: { title: string; of: (Curves | undefined)[] }[];
  tables: { title: string; of: (Table | undefined)[] }[];
} {
  const pairs = <V extends { title: string }>(lists: readonly (readonly V[])[]) =>
    [...new Set(lists.flat().map(({ title }) => title))].map((title) => ({
      title,
      of: lists.map((list) => list.find((each) => each.title === title)),
    }));
  return {
    curves: pairs(all.map(({ curves }) => curves)),
    tables: pairs(all.map(({ tables }) => tables)),
  };
}
