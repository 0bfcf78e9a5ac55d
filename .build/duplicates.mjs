// npm run duplicates [-- FOLDER] counts the runs of six statements or more that stand twice in src and assembly and
// differ only in names and numbers, and prints their places. FOLDER is the root of another copy of the repository.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const LEAST = 6;
const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
const generated = "src/runtime/kernels.ts";

const keywords = new Set(
  `as break case catch class const continue do else enum export extends finally for from function if implements in
  instanceof interface let new null of override private protected readonly return static super switch this throw try
  type typeof undefined using void while yield`.split(/\s+/),
);

/** The text with spaces in the place of comments and imports. Lines keep their numbers. */
const codeOf = (text) =>
  text.replace(
    /\/\*[\s\S]*?\*\/|^\s*\/\/.*|\s\/\/ .*|^import\b[^;]*;|^export\b[^;=(]*\bfrom "[^"]*";/gm,
    (found) => found.replaceAll(/[^\n]/g, " "),
  );

/**
 * Lines that say what something is and not what to do: parameters, members' types, entries of lists, numbers by name.
 */
const descriptions = [
  /^[^;=({]*,$/,
  /^(export |readonly |static |private |protected )*\w+[?!]?(: [^=({]*)?( = [^;]*)?,$/,
  /^(readonly |private |protected )*\w+[?!]?: [^=]*;$/,
  /^(export )?const \w+(: \w+)? = \d+;$/,
];

function lineOf(code, file, number) {
  const names = [];
  const text = code.trim().replaceAll(/"[^"]*"|`[^`]*`|#?[A-Za-z_$][\w$]*|\b\d[\w.]*/g, (word) => {
    if (/^["`]/.test(word) || keywords.has(word)) return word;
    if (/^\d/.test(word)) return "0";
    names.push(word);
    return "_";
  });
  const counts = /\w/.test(text) && !descriptions.some((pattern) => pattern.test(text));
  return { file, number, text, names, counts };
}

const lines = ["src", "assembly"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => /(?<!\.d)\.ts$/.test(file) && file !== generated)
    .sort()
    .flatMap((file) =>
      codeOf(readFileSync(join(root, file), "utf8"))
        .split("\n")
        .map((code, i) => lineOf(code, file, i + 1))
        .filter(({ text }) => text !== ""),
    ),
);

/** Notes that each name of one list stands for one name of the other. False if it stood for another one before. */
const agree = (there, back, from, to) =>
  from.every((name, i) => {
    if (!there.has(name)) there.set(name, to[i]);
    if (!back.has(to[i])) back.set(to[i], name);
    return there.get(name) === to[i] && back.get(to[i]) === name;
  });

/** The number of lines for which the runs that start at lines a and b are alike. They may not overlap. */
function lengthOf(a, b) {
  const [there, back] = [new Map(), new Map()];
  for (let n = 0; ; n++) {
    const [one, other] = [lines[a + n], lines[b + n]];
    const inFiles = one.file === lines[a].file && other?.file === lines[b].file;
    if (a + n >= b || !inFiles || one.text !== other.text) return n;
    if (!agree(there, back, one.names, other.names)) return n;
  }
}

const statements = (at, length) =>
  lines.slice(at, at + length).filter(({ counts }) => counts).length;
const keyOf = (at) =>
  lines
    .slice(at, at + LEAST)
    .map(({ text }) => text)
    .join("\n");

/** The places where each sequence of lines was seen, and the runs that stand twice: the longest for each place. */
const seen = new Map();
const runs = [];
for (let at = 0; at < lines.length; ) {
  const found = (seen.get(keyOf(at)) ?? [])
    .map((first) => ({ first, at, length: lengthOf(first, at) }))
    .filter(({ length }) => statements(at, length) >= LEAST)
    .sort((a, b) => b.length - a.length)[0];
  if (found) runs.push({ ...found, size: statements(at, found.length) });
  for (const end = at + (found?.length ?? 1); at < end; at++)
    seen.set(keyOf(at), [...(seen.get(keyOf(at)) ?? []), at]);
}

const place = (at, length) =>
  `${lines[at].file}:${lines[at].number}-${lines[at + length - 1].number}`;
runs.sort((a, b) => b.size - a.size);
for (const { first, at, length, size } of runs)
  console.log(`${size}\t${place(first, length)}\t${place(at, length)}`);
const total = runs.reduce((sum, { size }) => sum + size, 0);
console.log(`${runs.length} runs of ${LEAST} statements or more stand twice, ${total} statements.`);
