import { readFile, writeFile } from "node:fs/promises";

/** Rows that differ only in their threads and time become one. */
function merge(rows) {
  const merged = new Map();
  for (const { runtime, version = "", place = "", variant = "", threads, ms, result } of rows) {
    const key = JSON.stringify([runtime, version, place, variant, result]);
    const row = merged.get(key) ?? {
      runtime,
      version,
      place,
      variant,
      threads: [],
      times: [],
      result,
    };
    if (threads) row.threads.push(threads);
    if (ms != null) row.times.push(ms);
    merged.set(key, row);
  }
  return [...merged.values()];
}

/** The matrix as a Markdown table. The time is that of the fewest threads, from the import to the first result. */
export function markdown(rows) {
  const cell = (value) => String(value).replace(/\s+/g, " ").replaceAll("|", "\\|");
  const lines = merge(rows).map(({ runtime, version, place, variant, threads, times, result }) => [
    runtime,
    version,
    place,
    variant,
    threads.join(", "),
    times[0] === undefined ? "" : `${times[0]} ms`,
    result,
  ]);
  return [
    ["runtime", "version", "where", "variant", "threads", "first result", "result"],
    ["---", "---", "---", "---", "---", "---:", "---"],
    ...lines,
  ]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |\n`)
    .join("");
}

/** Puts a table between `<!-- name:begin -->` and `<!-- name:end -->` of a README. Throws when they are missing. */
export async function writeBetween(path, name, table) {
  const text = await readFile(path, "utf8");
  const marks = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [begin, end] = marks.map((mark) => text.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`${path} has no ${marks.join(" … ")}`);
  await writeFile(path, `${text.slice(0, begin) + marks[0]}\n\n${table}\n${text.slice(end)}`);
}
