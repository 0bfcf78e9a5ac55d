// What the page may weigh, in KB as it is sent: gzip -9, 1 KB = 1000 bytes.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OUT } from "./bundles.mjs";

const MOST = {
  "first view, English": 80,
  "first view, Chinese": 80,
  "laboratory, English": 80,
  "laboratory, Chinese": 80,
  "tools, English": 80,
  "tools, Chinese": 80,
  "engine core": 125,
  "calls of the first document": 15,
  "largest further part of it": 10,
  "texts of the second language": 20,
  "those of the laboratory": 20,
  "those of the tools": 20,
  "all but the single file": 345,
  "the single file": 380,
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

/** Prints a table of sizes. Throws where one is beyond its budget. */
export async function checkSizes({ bundles, styles, engine }) {
  const { main, lab, tools } = bundles;
  const others = ({ en, zh }) => zh.all.filter((name) => !en.all.includes(name));
  const sent = (await allFiles()).filter((name) => !/^(evenkeel\.html$|manual\/)/.test(name));
  const { parts: all } = engine.worker;
  const isCalls = ([file]) => file.startsWith("calls-");
  const parts = all.filter((part) => !isCalls(part));
  const sizes = await Promise.all(parts.map(size));
  const files = {
    "first view, English": ["index.html", ...styles.main, ...main.en.all],
    "first view, Chinese": ["zh/index.html", ...styles.main, ...main.zh.all],
    "laboratory, English": ["lab/index.html", ...styles.lab, ...lab.en.all],
    "laboratory, Chinese": ["zh/lab/index.html", ...styles.lab, ...lab.zh.all],
    "tools, English": ["tools/index.html", ...styles.tools, ...tools.en.all],
    "tools, Chinese": ["zh/tools/index.html", ...styles.tools, ...tools.zh.all],
    "engine core": engine.worker.all,
    "calls of the first document": all.find(isCalls),
    "largest further part of it": parts[sizes.indexOf(Math.max(...sizes))],
    "texts of the second language": others(main),
    "those of the laboratory": others(lab),
    "those of the tools": others(tools),
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
