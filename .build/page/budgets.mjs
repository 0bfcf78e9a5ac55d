// What the page may weigh, in KB as it is sent: gzip -9, 1 KB = 1000 bytes.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OUT } from "./bundles.mjs";

const MOST = {
  "first view, English": 80,
  "first view, Chinese": 80,
  "engine core": 125,
  "texts of the second language": 20,
  "all but the single file": 260,
  "the single file": 320,
};

async function size(names) {
  let sum = 0;
  for (const name of new Set(names))
    sum += gzipSync(await readFile(join(OUT, name)), { level: 9 }).length;
  return sum / 1000;
}

async function allFiles() {
  const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(OUT.length + 1))
    .map((name) => name.replaceAll("\\", "/"));
}

/** Prints a table of sizes. Throws where one is beyond its budget. `en`, `zh` and `worker` are bundles. */
export async function checkSizes({ en, zh, worker, style }) {
  const others = zh.all.filter((name) => !en.all.includes(name));
  const sent = (await allFiles()).filter((name) => !/^(evenkeel\.html$|manual\/)/.test(name));
  const files = {
    "first view, English": ["index.html", style, ...en.all],
    "first view, Chinese": ["zh/index.html", style, ...zh.all],
    "engine core": worker.all,
    "texts of the second language": others,
    "all but the single file": sent,
    "the single file": ["evenkeel.html"],
  };
  const tooLarge = [];
  for (const [what, most] of Object.entries(MOST)) {
    const kilobytes = await size(files[what]);
    const line = `${kilobytes.toFixed(1).padStart(6)} KB of ${most}`;
    console.log(`${what.padEnd(30)}${line}`);
    if (kilobytes > most) tooLarge.push(`${what}: ${line.trim()}`);
  }
  if (tooLarge.length > 0)
    throw new Error(`the page is larger than it may be: ${tooLarge.join("; ")}`);
}
