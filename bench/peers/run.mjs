// npm run bench:peers runs the rows that have a program in every library, on Node 20 and on Node 24. Results are
// compared with ours before anything is timed. Then the libraries take turns.
//   --filter TEXT   rows whose title contains it         --quick         less time a row, rougher
//   --only A,B      of the peers below                   --node 20,24    which Nodes
//   --json FILE     all figures
//   --readme        writes the tables into bench/README.md, a few rows into README.md
// torch needs a Python that has it: $PYTHON, else python3.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, title, workloads } from "../../build/peers.js";
import { writeBetween } from "../../test/platform/matrix.mjs";
import { run } from "../../test/platform/runtimes/start.mjs";
import { digest } from "./digest.mjs";
import { measureRow } from "./measure.mjs";
import { Peer } from "./peer.mjs";
import { table } from "./table.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
/** The libraries by adapter. Native libraries are marked, because they are not wasm. */
const libraries = {
  evenkeel: { name: "evenkeel" },
  "onnxruntime-web": { name: "onnxruntime-web" },
  tfjs: { name: "tfjs wasm", singleThread: true },
  "jax-js": { name: "jax-js", singleThread: true },
  "onnxruntime-node": { name: "onnxruntime-node", native: true },
  torch: { name: "torch", native: true },
};
const normal = { budget: 3000, limit: 30_000 };
const quick = { budget: 300, limit: 8_000 };

const { values: flags } = parseArgs({
  options: {
    filter: { type: "string", default: "" },
    only: { type: "string", default: Object.keys(libraries).slice(1).join() },
    node: { type: "string", default: "20,24" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    readme: { type: "boolean", default: false },
  },
});

async function install() {
  if (existsSync(join(here, "node_modules"))) return;
  // The scripts are not run: that of onnxruntime-node fetches files for GPUs only.
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, stderr } = await run("npm", args, { cwd: here, limit: 600_000 });
  if (code !== 0) throw new Error(`npm install in bench/peers: ${stderr}`);
}

/**
 * The table of one Node version. Starts the libraries that are installed, with one thread, and with two if a row asks
 * for it.
 */
async function measureOn(node, chosen, wanted, options) {
  const peers = new Map();
  const absent = [];
  const start = async (adapter, threads) => {
    const key = `${adapter} ${threads}`;
    if (peers.has(key)) return peers.get(key);
    const peer = new Peer(adapter, { node, threads, limit: options.limit });
    peers.set(key, peer);
    try {
      await peer.start();
      return peer;
    } catch (error) {
      peers.set(key, null);
      absent.push(`${libraries[adapter].name} left out: ${error.message}`);
      return null;
    }
  };
  const rows = [];
  try {
    for (const { row, workload } of chosen) {
      for (const threads of workload.threads ?? [1]) {
        const able = wanted.filter((name) => threads === 1 || !libraries[name].singleThread);
        const line = [];
        for (const name of able) {
          const peer = await start(name, threads);
          if (peer) line.push(peer);
        }
        const name = title(workload, workload.shape) + (threads > 1 ? `, ${threads} threads` : "");
        process.stderr.write(`${name}\n`);
        rows.push({ name, threads, cells: await measureRow(line, row, workload, options) });
      }
    }
  } finally {
    for (const peer of peers.values()) peer?.close();
  }
  const versions = Object.fromEntries(
    wanted.map((name) => [name, peers.get(`${name} 1`)?.version ?? null]),
  );
  return { rows, versions, absent };
}

/** The binary of a major version of Node: this one, or one from npm. null if this platform has none. */
function nodeOf(major) {
  const [own] = process.versions.node.split(".");
  if (major === own) return process.execPath;
  const path = join(here, `node_modules/node${major}/bin/node`);
  return existsSync(path) ? path : null;
}

async function main() {
  const pages = { figures: join(root, "README.md"), peers: join(root, "bench/README.md") };
  if (flags.readme) {
    if (flags.filter) throw new RangeError("--readme needs all rows: leave out --filter");
    for (const [name, page] of Object.entries(pages))
      if (!(await readFile(page, "utf8")).includes(`<!-- ${name}:begin -->`))
        throw new RangeError(`--readme: ${page} has no <!-- ${name}:begin -->`);
  }
  const names = flags.only.split(",").filter((name) => name !== "evenkeel");
  const unknown = names.filter((name) => !(name in libraries));
  if (unknown.length > 0)
    throw new RangeError(`--only: unknown ${unknown}; known: ${Object.keys(libraries)}`);
  const chosen = [...workloads.entries()]
    .map(([row, workload]) => ({ row, workload }))
    .filter(({ workload }) => workload.program)
    .filter(({ workload }) =>
      title(workload, workload.shape).toLowerCase().includes(flags.filter.toLowerCase()),
    );
  if (chosen.length === 0) throw new RangeError(`--filter: no row contains "${flags.filter}"`);
  await install();

  const about = machine();
  const reports = [];
  for (const major of flags.node.split(",")) {
    const node = nodeOf(major);
    if (!node) {
      console.log(`Node ${major} left out: not here and not from npm for this platform`);
      continue;
    }
    const { stdout } = await run(node, ["-p", "process.version"]);
    process.stderr.write(`\nNode ${stdout}`);
    const options = flags.quick ? quick : normal;
    const measured = await measureOn(node, chosen, ["evenkeel", ...names], options);
    reports.push({ node: stdout.trim(), ...measured });
  }
  const text = reports.map((report) => table(report, libraries, about)).join("\n");
  console.log(text);
  if (flags.json)
    await writeFile(flags.json, `${JSON.stringify({ machine: about, reports }, null, 2)}\n`);
  if (flags.readme) {
    await writeBetween(pages.peers, "peers", text);
    await writeBetween(pages.figures, "figures", digest(text));
  }
  const cells = reports.flatMap(({ rows }) => rows).flatMap((row) => row.cells);
  return cells.some((cell) => cell.wrong) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:peers: ${error.message}`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
