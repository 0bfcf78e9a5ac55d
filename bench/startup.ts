// npm run bench:startup -- [--runs N]
// Measures the time from nothing to the first layer norm. Each run is a fresh process with one thread, which times
// itself from before the import to the result. Libraries take turns, so that a busy machine slows all of them. Medians
// are shown.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type * as Evenkeel from "../src/index.js";
import { machine, sentence } from "./machine.js";

const root = resolve(import.meta.dirname, "..");

interface Library {
  name: string;
  /** Possible places: the package's own build, and for peers the folders that install them. */
  files: string[];
  /**
   * Imports the library, initialises it and normalises [1, 3]. Calls `mark` after the import and after the
   * initialisation.
   */
  run(url: string, mark: () => void): Promise<ArrayLike<number>>;
}

interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
  numpy: { array(values: number[][]): unknown };
  nn: {
    standardize(
      x: unknown,
      axis: number,
      options: { epsilon: number },
    ): { data(): Promise<Float32Array> };
  };
}

const libraries: Library[] = [
  {
    name: "evenkeel",
    files: ["dist/index.js"],
    async run(url, mark) {
      const { init, layerNorm, tensor }: typeof Evenkeel = await import(url);
      mark();
      await init({ threads: 1 });
      mark();
      return layerNorm(tensor([1, 3], [1, 2]), [2]).toArray();
    },
  },
  {
    name: "jax-js",
    files: ["bench/peers", "test/platform"].map(
      (folder) => `${folder}/node_modules/@jax-js/jax/dist/index.js`,
    ),
    async run(url, mark) {
      const { init, defaultDevice, numpy, nn }: Jax = await import(url);
      mark();
      await init("wasm");
      defaultDevice("wasm");
      mark();
      return nn.standardize(numpy.array([[1, 3]]), -1, { epsilon: 1e-5 }).data();
    },
  },
];

const fileOf = ({ files }: Library) =>
  files.map((file) => resolve(root, file)).find((file) => existsSync(file));

/** Runs in the fresh process. Prints the milliseconds of import, initialisation and first result. */
async function child(name: string): Promise<void> {
  const library = libraries.find((one) => one.name === name) as Library;
  const url = pathToFileURL(fileOf(library) as string).href;
  const marks = [performance.now()];
  const y = await library.run(url, () => marks.push(performance.now()));
  marks.push(performance.now());
  if (!(Math.abs(y[1] - 0.999995) < 1e-5)) throw new Error(`${name}: wrong result ${y}`);
  console.log(JSON.stringify(marks.slice(1).map((mark, i) => mark - marks[i])));
}

function time({ name }: Library): number[] {
  const args = [fileURLToPath(import.meta.url), "--child", name];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const steps: number[] = JSON.parse(stdout);
  return [...steps, steps.reduce((sum, step) => sum + step, 0)];
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

function main(runs: number): void {
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError("--runs: expected 1 or more");
  const present = libraries.filter((library) => {
    const there = fileOf(library) !== undefined;
    if (!there) console.log(`${library.name} is not installed, left out`);
    return there;
  });
  const times = present.map(() => [] as number[][]);
  for (let run = 0; run < runs; run++)
    present.forEach((library, i) => {
      times[i].push(time(library));
    });
  const medians = times.map((rows) => [0, 1, 2, 3].map((k) => median(rows.map((row) => row[k]))));

  console.log(`${sentence(machine(), ["simd"])}\n`);
  console.log("| one thread | import | init | first layer norm | total | ours ÷ it |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  present.forEach(({ name }, i) => {
    const cells = medians[i].map((ms) => `${ms.toFixed(1)} ms`);
    const ratio = i === 0 ? "" : (medians[0][3] / medians[i][3]).toFixed(2);
    console.log(`| ${[name, ...cells, ratio].join(" | ")} |`);
  });
}

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "11" }, child: { type: "string" } },
});
if (flags.child) await child(flags.child);
else main(Number(flags.runs));
