// npm run fuzz -- [--seconds N] [--seed S] [--op NAME[,NAME]] [--path P] [--all] tries every op in turn until the time
// is over. --all reports also what known.ts ignores. It prints the seed, each finding made as small as possible, and
// how often each op was called. It exits with 1 after a finding.
import { parseArgs } from "node:util";
import { cases } from "./cases/index.js";
import { layers, runMethod } from "./methods.js";
import { openRuntimes, runCase } from "./run-case.js";

/** The prefix for layers of the norm table: some of them have the same name as their op. */
const LAYER = "layer:";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    op: { type: "string" },
    path: { type: "string" },
    all: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const end = performance.now() + 1000 * Number(values.seconds);
const names = values.op?.split(",") ?? [
  ...Object.keys(cases),
  ...Object.keys(layers).map((name) => LAYER + name),
];
for (const name of names)
  if (!(name in cases || name.slice(LAYER.length) in layers))
    throw new RangeError(`fuzz: no case for ${name}`);

console.log(`seed ${first}`);
const { pairs, close } = await openRuntimes();
const totals = new Map(names.map((name) => [name, { checked: 0, refused: 0, known: 0 }]));
const failed = new Set<string>();
for (let round = 0; round === 0 || (performance.now() < end && !values.path); round++) {
  for (const name of names) {
    if (failed.has(name)) continue;
    if (round > 0 && performance.now() >= end) break;
    const { path, all } = values;
    const options = { seed: first + round, runs: path ? 1 : 20, path, all };
    const { counts, finding } =
      name in cases
        ? runCase(name, cases[name], pairs, options)
        : runMethod(name.slice(LAYER.length), pairs, options);
    const total = totals.get(name) as typeof counts;
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) total[key] += counts[key];
    if (!finding) continue;
    failed.add(name);
    console.log(`FOUND ${finding}\n`);
  }
}
close();
for (const [name, { checked, refused, known }] of totals)
  console.log(
    `${name.padEnd(32)} ${checked} checked${refused ? `, ${refused} refused` : ""}${known ? `, ${known} known` : ""}`,
  );
console.log(`${failed.size} of ${names.length} ops and layers with a finding; seed ${first}`);
process.exitCode = failed.size > 0 ? 1 : 0;
