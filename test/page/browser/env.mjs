// What tests of the page have at hand beside the page: addresses, the library, and the page's own texts and numbers.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { serve } from "./server.mjs";

/** Parts of the page's source that run in Node. */
const parts = `
export { en } from "./text/en/index.js";
export { zh } from "./text/zh/index.js";
export { en as enLab } from "./text/en/lab/index.js";
export { zh as zhLab } from "./text/zh/lab/index.js";
export { shown } from "./lab/parts/shown.js";
export * as depthNets from "./lab/depth/nets.js";
export * as padLengths from "./lab/padding/lengths.js";
export * as placeNets from "./lab/place/nets.js";
export * as statisticsSettings from "./lab/statistics/settings.js";
export * as styleNets from "./lab/style/nets.js";
export * as packed from "./lab/parts/packed.js";
export { en as enTools } from "./text/en/tools/index.js";
export { zh as zhTools } from "./text/zh/tools/index.js";
export { WEIGHTS_HASH as weightsHash } from "./machine/hash.js";
export { adviceKey, labelKey } from "../text/keys.js";
export { methodOf, raceOf } from "./answers.js";
export { exact, inCell, percent, plain } from "./parts/numbers.js";
export { moved } from "./parts/grid.js";
export { litBy } from "./parts/lit.js";
export { defaults, documents, homeOf, readHash, writeHash } from "./state.js";
export { folderOf } from "./places.js";
export { lossOf } from "./sections/train/curves.js";
export { POINTS, presetSettings, raceData, raceSettings } from "./preset-races.js";
export { methodDescriptions } from "../experiments/methods/descriptions.js";
`;

async function source() {
  const outfile = "build/page-parts.mjs";
  const stdin = { contents: parts, resolveDir: "src/page", loader: "ts" };
  const jsx = { jsx: "automatic", jsxImportSource: "preact" };
  await build({ stdin, outfile, ...jsx, bundle: true, format: "esm", platform: "node" });
  return import(pathToFileURL(outfile).href);
}

export async function prepare() {
  const server = await serve("dist/page");
  const { createRuntime, saveSafetensors, tensor } = await import(
    pathToFileURL("dist/index.js").href
  );
  const experiments = await import(pathToFileURL("dist/experiments.js").href);
  const { compare, everyAdvice, influence, sight } = experiments;
  const [recorded, recordedSmall] = await Promise.all(
    ["recorded", "recorded-small"].map(async (name) =>
      JSON.parse(await readFile(`src/page/${name}.json`, "utf8")),
    ),
  );
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  const own = await source();
  return {
    ...own,
    experiments,
    compare,
    everyAdvice,
    recorded,
    recordedSmall,
    runtime,
    origin: server.origin,
    /** An address of the page as it is served at a place: "plain", "isolated", … */
    at: (place, rest = "") => `${server.origin}/${place}/${place === "deep" ? "a/b/" : ""}${rest}`,
    /** The page in one file, from the disk. */
    file: pathToFileURL("dist/page/evenkeel.html").href,
    languages: [
      ["", own.en],
      ["zh/", own.zh],
    ],
    /** The laboratory in both languages. */
    labs: [
      ["lab/", own.enLab],
      ["zh/lab/", own.zhLab],
    ],
    /** What the library computes here, or the error by which it refuses. */
    sight(config) {
      try {
        return sight(config, runtime);
      } catch (error) {
        return error;
      }
    },
    /** A safetensors file with lists of numbers by name. */
    checkpoint: (lists) =>
      saveSafetensors(
        new Map(
          Object.entries(lists).map(([key, list]) => [
            key,
            tensor(list, [list.length], { runtime }),
          ]),
        ),
      ),
    /**
     * What an experiment of the library tells and returns, computed in a thread of its own: it draws random numbers,
     * and tests in two browsers run at once.
     */
    computed: (name, ...args) =>
      new Promise((resolve, reject) => {
        const workerData = { name, args };
        const worker = new Worker(new URL("./computed.mjs", import.meta.url), { workerData });
        worker.once("message", resolve).once("error", reject);
      }),
    /** The rows of the table of who pays, computed here. */
    async influence() {
      const run = influence({}, { runtime });
      for (;;) {
        const { done, value } = await run.next();
        if (done) return value.rows;
      }
    },
    close() {
      runtime.close();
      server.close();
    },
  };
}
