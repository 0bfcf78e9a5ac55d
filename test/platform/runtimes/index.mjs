// The package in the runtimes that are no browsers, each with its own program.
// Rows: { runtime, version, place, variant, threads, ms, hash, result }; see browsers/index.mjs.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { arm64Node } from "./arm64.mjs";
import { find } from "./find.mjs";
import { ranksRows } from "./ranks.mjs";
import { run } from "./start.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** A runtime that has done its work and closed its workers ends within this. */
const LINGER = 5000;

const processes = [
  ...["node20", "node22", "node24", "node26"].map((name) => ({
    name,
    runtime: "Node",
    args: [],
    version: (text) => text.slice(1),
  })),
  {
    name: "deno",
    runtime: "Deno",
    args: ["run", "--allow-all", "--node-modules-dir=manual"],
    version: (text) => text.split(" ")[1],
  },
  { name: "bun", runtime: "Bun", args: ["run"], version: (text) => text },
  {
    name: "arm64",
    runtime: "Node",
    command: arm64Node,
    missing: "qemu-user with libc6:arm64 and libstdc++6:arm64",
    place: process.arch === "arm64" ? "process, arm64" : "process, arm64 by qemu",
    args: [],
    version: (text) => text.slice(1),
    // an emulated processor is some ten times slower, and a thread that waits takes time from one that works
    threadCounts: [1, 2],
    limit: 300_000,
  },
];

const versionOf = async ([program, ...first], pick) =>
  pick((await run(program, [...first, "--version"])).stdout.trim());

/** What starts a process: a program and its first arguments; undefined where it is missing. */
async function commandOf({ name, command }) {
  if (command) return command();
  const path = find(name);
  return path && [path];
}

/** A row from a report and what else is wrong. */
function row(about, report, wrong = []) {
  const all = [...report.failures, ...wrong];
  const { variant, threads, firstResult, hash } = report;
  const ms = about.timed === false ? null : Math.round(firstResult);
  const { timed: _, ...rest } = about;
  return { ...rest, variant, threads, ms, hash, result: all.join("; ") || "ok" };
}

async function runProcess([program, ...first], { args, limit }, about, threads, folder) {
  const script = join(folder, "process.mjs");
  const options = { cwd: folder, env: { ...process.env, CI: "" }, limit };
  const end = await run(program, [...first, ...args, script, String(threads)], options);
  if (end.code === null) return { ...about, threads, result: "did not end by itself" };
  if (end.code !== 0) return { ...about, threads, result: `exit ${end.code}: ${end.stderr}` };
  const report = JSON.parse(end.stdout.trim().split("\n").at(-1));
  const wrong = [];
  if (report.threads !== threads) wrong.push(`${report.threads} threads, expected ${threads}`);
  if (end.lingered > LINGER) wrong.push(`ended ${Math.round(end.lingered)} ms after its work`);
  if (end.stderr) wrong.push(`said: ${end.stderr.trim()}`);
  return row(about, report, wrong);
}

/** The entries by `require`, which Node has for modules since 20.19 and 22.12. */
async function runRequire([program], about, folder) {
  const { code, stdout, stderr } = await run(program, [join(folder, "require.cjs")]);
  if (code !== 0 || stderr) return { ...about, result: `exit ${code}: ${stderr}` };
  return { ...about, ...JSON.parse(stdout), result: "ok" };
}

/**
 * Plain; with Node's modules in reach, which must not tempt it to start workers; without FinalizationRegistry; and with
 * the default build, as from a tool that knows no workerd condition, given the raw binary.
 */
const workers = [
  { place: "Worker" },
  {
    place: "Worker, default build and init({ module })",
    entry: "worker-module.js",
    conditions: [],
  },
  { place: "Worker, nodejs_compat", flags: ["nodejs_compat"] },
  { place: "Worker of 2023", date: "2023-10-01" },
];

async function runWorkerd(
  path,
  about,
  folder,
  { entry = "worker.js", conditions, ...compatibility },
) {
  const { bundle, configFor, serve } = await import("./workerd.mjs");
  const out = await bundle(folder, entry, { out: about.place.replaceAll(/\W/g, ""), conditions });
  const server = await serve(path, out, configFor(out, compatibility));
  try {
    const report = await (await fetch(server.url)).json();
    const wrong = report.threads === 1 && !report.shared ? [] : ["threads in workerd"];
    return row({ ...about, timed: false }, report, wrong); // its clock stands still during a request
  } finally {
    await server.stop();
  }
}

async function runEdgeVm(node, about, folder) {
  const end = await run(node, [here("./edge-vm.mjs"), folder]);
  if (end.code !== 0) return { ...about, result: `exit ${end.code}: ${end.stderr}` };
  const report = JSON.parse(end.stdout);
  return row(about, report, report.threads === 1 ? [] : ["threads in an edge runtime"]);
}

/**
 * `folder`: an empty project with the packed package installed. A missing runtime is a failure when `ci`, else a skip.
 */
export async function runtimeRows({
  folder,
  ci = process.env.CI === "true",
  only = [...processes.map(({ name }) => name), "workerd", "edge"],
  onRow = () => {},
}) {
  const rows = [];
  const add = async (about, job) => {
    const result = await job().catch((error) => ({ ...about, result: error.message }));
    rows.push(result);
    onRow(result);
  };
  const missing = (runtime, name, what = `${name} is not installed in test/platform`) =>
    add({ runtime }, async () => ({ runtime, result: ci ? what : `skipped: ${what}` }));
  for (const file of [
    "../program.js",
    "../golden.js",
    "./process.mjs",
    "./require.cjs",
    "./two-ranks.mjs",
    "./worker.js",
    "./worker-module.js",
  ])
    await copyFile(here(file), join(folder, file.split("/").at(-1)));

  for (const one of processes.filter(({ name }) => only.includes(name))) {
    const { runtime, place = "process", threadCounts = [1, 2, 3] } = one;
    const command = await commandOf(one).catch((error) => error);
    if (command instanceof Error) {
      await add({ runtime, place }, () => Promise.reject(command));
      continue;
    }
    if (!command) {
      await missing(runtime, one.name, one.missing && `${one.missing} are not installed`);
      continue;
    }
    const version = await versionOf(command, one.version);
    const about = { runtime, version, place };
    for (const threads of threadCounts)
      await add(about, () => runProcess(command, one, about, threads, folder));
    if (one.name !== "arm64")
      for (const row of await ranksRows([...command, ...one.args], about, folder))
        await add(row, async () => row);
    if (one.name.startsWith("node")) {
      const required = { ...about, place: "require" };
      await add(required, () => runRequire(command, required, folder));
    }
  }
  if (only.includes("workerd")) {
    const path = find("workerd");
    if (path) {
      const version = await versionOf([path], (text) => text.split(" ")[1]);
      for (const { place, ...compatibility } of workers) {
        const about = { runtime: "workerd", version, place };
        await add(about, () => runWorkerd(path, about, folder, compatibility));
      }
      const { edgeExample } = await import("../edge/check.mjs");
      const example = { runtime: "workerd", version, place: "edge example" };
      await add(example, () => edgeExample(path, example, folder));
    } else await missing("workerd", "workerd");
  }
  if (only.includes("edge")) {
    const node = find("node24") ?? process.execPath;
    try {
      const { version } = (
        await import("@edge-runtime/vm/package.json", { with: { type: "json" } })
      ).default;
      const about = { runtime: "edge-runtime", version, place: "vm" };
      await add(about, () => runEdgeVm(node, about, folder));
    } catch {
      await missing("edge-runtime", "@edge-runtime/vm");
    }
  }
  return rows;
}
