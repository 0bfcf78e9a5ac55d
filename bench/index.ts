// npm run bench -- [--filter TEXT] [--quick] [--markdown] [--readme] [--json FILE] [--report DIR] [--profile TEXT]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createRuntime } from "../src/runtime/create-runtime.js";
import { hasRelaxedSimd } from "../src/runtime/features.js";
import { tidy } from "../src/tensor.js";
import { writeBetween } from "../test/platform/matrix.mjs";
import { title } from "./compare.js";
import { type Machine, machine, sentence } from "./machine.js";
import { profile, profileText } from "./profile.js";
import { ours } from "./provider.js";
import { report } from "./report.js";
import { type Result, type RunOptions, runWorkload } from "./run.js";
import { legend, markdown, text } from "./table.js";
import type { Workload } from "./workload.js";
import { workloads } from "./workloads/index.js";

/** Node before 22 has relaxed SIMD behind this flag. The script starts itself again with it. */
const FLAG = "--experimental-wasm-relaxed-simd";

const normal: RunOptions = { budget: 400, plainFlops: 3e8 };
const quick: RunOptions = { budget: 150, plainFlops: 3e8 };

/** Prints where the time of each workload goes, in the fastest build on one thread. */
async function printProfiles(
  chosen: readonly Workload[],
  about: Machine,
  budget: number,
): Promise<void> {
  const runtime = await createRuntime({ threads: 1 });
  console.log(sentence(about, [runtime.variant]));
  for (const workload of chosen) {
    const shares = tidy(() => {
      const step = workload.ours(runtime, workload.shape);
      const found = profile(runtime, step, budget);
      step.dispose?.();
      return found;
    });
    console.log(`\n${title(workload, workload.shape)}\n${profileText(shares)}`);
  }
  runtime.close();
}

async function main(): Promise<number> {
  const { values: flags } = parseArgs({
    options: {
      filter: { type: "string", default: "" },
      quick: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      readme: { type: "boolean", default: false },
      report: { type: "string" },
      json: { type: "string" },
      profile: { type: "string" },
    },
  });
  const filter = flags.profile ?? flags.filter;
  const wanted = filter.toLowerCase();
  const chosen = workloads.filter((workload) =>
    title(workload, workload.shape).toLowerCase().includes(wanted),
  );
  if (chosen.length === 0) {
    const names = [...new Set(workloads.map(({ name }) => name))].join(", ");
    throw new RangeError(`no workload contains "${filter}"; known: ${names}`);
  }

  const about = machine();
  if (flags.report !== undefined) {
    await report(flags.report, about, flags.quick ? 60 : 300);
    return 0;
  }
  if (flags.profile !== undefined) {
    await printProfiles(chosen, about, flags.quick ? 300 : 2000);
    return 0;
  }
  const engines = await ours();
  const variants = [...new Set(engines.map(({ runtime }) => runtime.variant))];
  const results: Result[] = [];
  for (const [i, workload] of chosen.entries()) {
    process.stderr.write(`${i + 1}/${chosen.length} ${title(workload, workload.shape)}\n`);
    results.push(...runWorkload(workload, engines, flags.quick ? quick : normal));
  }
  for (const { runtime } of engines) runtime.close();

  const head = `${sentence(about, variants)}\n${legend}\n`;
  console.log(`${head}\n${flags.markdown ? markdown(results) : text(results)}`);
  if (flags.readme)
    await writeBetween(resolve("bench/README.md"), "bench", `${head}\n${markdown(results)}\n`);
  if (flags.json) {
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine: about, variants, results }, null, 2)}\n`,
    );
  }
  return 0;
}

if (
  !hasRelaxedSimd() &&
  Number(process.versions.node.split(".")[0]) < 22 &&
  !process.execArgv.includes(FLAG)
) {
  const args = [FLAG, ...process.execArgv, ...process.argv.slice(1)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof RangeError || error instanceof TypeError ? 2 : 1;
  }
}
