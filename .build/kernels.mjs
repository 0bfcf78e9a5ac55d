// npm run build:kernels writes src/runtime/kernels.ts: what the host must know of the kernels, from their sources.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { codes, files, isCode, plans } from "../assembly/reader.mjs";
import { comment, hostParts } from "./transcript.mjs";

const root = join(import.meta.dirname, "..");
const kernels = files.flatMap(({ path, kernels }) =>
  kernels.map((kernel) => ({ ...kernel, path })),
);
const stray = kernels.find(({ says }) => says.startsWith("@host"));
if (stray)
  throw new Error(`${stray.path}.ts: the binary needs no ${stray.name}: list its kernels by name`);
const launched = kernels.filter(({ args }) => args.some(({ arg }) => arg === "begin"));

const lower = (name) => name[0].toLowerCase() + name.slice(1);

function typeOf(type) {
  const plan = plans.find((each) => each.type === type);
  if (plan) return `PlanAddress<"${plan.name}">`;
  return isCode(type) ? type : type === "usize" ? "Address" : "Scalar";
}

const tuple = ({ name, args }) => {
  const own = args.filter(({ arg }) => !["scratch", "begin", "end"].includes(arg));
  return `${name}: [${own.map((each) => `${each.arg}: ${typeOf(each.type)}`).join(", ")}];`;
};

/** The words of a plan in their order. A list may follow them. */
const words = ({ name, words, says }) =>
  `${comment(says)}${name}: [${words.map(({ word, type }) => `${word}: ${typeOf(type)}`).join(", ")}];`;

const source = `// What the host knows of the kernels, from their sources in assembly/.
// Written by npm run build:kernels, never by hand.
import type { Address, PlanAddress, Scalar } from "./address.js";

${codes
  .map(
    ({ name, members, says }) =>
      `${comment(says)}export const ${lower(name)} = { ${members
        .map((member, i) => `${member}: ${i}`)
        .join(
          ", ",
        )} } as const;\nexport type ${name} = (typeof ${lower(name)})[keyof typeof ${lower(name)}];`,
  )
  .join("\n\n")}

/** The words of a plan, in their order: see \`Runtime.plan\`. */
export interface Plans {
${plans.map(words).join("\n")}
}

/** The arguments of each kernel, without scratch and range. */
export interface Kernels {
${launched.map(tuple).join("\n")}
}

/** Kernels that take scratch. */
export type Scratched = ${launched
  .filter(({ args }) => args.some(({ arg }) => arg === "scratch"))
  .map(({ name }) => JSON.stringify(name))
  .join(" | ")};

${hostParts().join("\n\n")}
`;

/** The text of the file, formatted by the formatter. */
export const kernelsSource = execFileSync(
  process.execPath,
  [
    join(root, "node_modules/@biomejs/biome/bin/biome"),
    "format",
    "--stdin-file-path=src/kernels.ts",
  ],
  { cwd: root, input: source, encoding: "utf8" },
);

if (process.argv[1] === import.meta.filename)
  writeFileSync(join(root, "src/runtime/kernels.ts"), kernelsSource);
