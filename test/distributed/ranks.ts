// Runs a program of test/distributed/programs on some ranks, here or under an MPI, and reads what each rank wrote.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { inlined } from "../../.build/binaries.mjs";
import { launchLocal } from "../../src/distributed/launch-local.js";

const root = resolve(import.meta.dirname, "../..");

/** Bundles a program and gives its path. */
export async function program(name: string): Promise<string> {
  const outfile = join(root, `build/distributed/${name}.mjs`);
  await build({
    entryPoints: [join(root, `test/distributed/programs/${name}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    target: "node20",
    platform: "node",
    external: ["koffi"],
    plugins: [inlined],
  });
  return outfile;
}

export type Backend = "local" | "openmpi" | "mpich";

const has = (file: string) => {
  try {
    execFileSync("sh", ["-c", `command -v ${file}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const koffi = existsSync(join(root, "node_modules/koffi"));

/** The backends that this machine has. Tests of the others are skipped by name. */
export const available: Record<Backend, boolean> = {
  local: true,
  openmpi: koffi && has("mpirun.openmpi"),
  mpich: koffi && has("mpirun.mpich"),
};

/** The command that starts `size` ranks under an MPI. */
export function launcher(backend: Backend, size: number): string[] {
  if (backend === "mpich") return ["mpirun.mpich", "-np", String(size)];
  return ["mpirun.openmpi", "--oversubscribe", "-np", String(size)];
}

export const environment = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_btl_vader_single_copy_mechanism: "none",
};

export interface Ended {
  code: number | null;
  output: string;
  seconds: number;
}

/** Runs a command to its end, or kills it after `seconds`. */
export function execute(command: string[], seconds: number, env = environment): Promise<Ended> {
  const start = performance.now();
  const [file, ...args] = command;
  return new Promise((done) => {
    execFile(
      file,
      args,
      { cwd: root, env, timeout: 1000 * seconds, killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        const code = error ? ((error.code as unknown as number | undefined) ?? null) : 0;
        const output = stdout + stderr;
        done({ code, output, seconds: (performance.now() - start) / 1000 });
      },
    );
  });
}

/** What every rank wrote, in rank order. The program gets the arguments as text in `process.argv`. */
export async function ranks<Result>(
  path: string,
  backend: Backend,
  size: number,
  args: object = {},
): Promise<Result[]> {
  const out = mkdtempSync(join(tmpdir(), "evenkeel-ranks-"));
  const argv = [out, JSON.stringify(args)];
  if (backend === "local") await launchLocal(size, pathToFileURL(path), { argv });
  else {
    const command = [...launcher(backend, size), process.execPath, path, ...argv];
    const { code, output } = await execute(command, 300);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${output}`);
  }
  const files = readdirSync(out).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return files.map((file) => JSON.parse(readFileSync(join(out, file), "utf8")) as Result);
}
