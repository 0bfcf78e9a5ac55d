// evenkeel/distributed in a process that is no browser: two ranks that are threads, and two that Open MPI starts.
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./start.mjs";

const koffi = fileURLToPath(new URL("../../../node_modules/koffi", import.meta.url));
const env = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
};
const mpirun = ["mpirun.openmpi", "--oversubscribe", "-np", "2"];

async function ranksRow(command, backend, about, folder) {
  const row = { ...about, place: `two ranks, ${backend}` };
  const { code, stdout, stderr } = await run(command[0], command.slice(1), { cwd: folder, env });
  const fine = code === 0 && stdout.includes(`2 ranks, ${backend}: 3,3,3`);
  return { ...row, result: fine ? "ok" : `exit ${code}: ${stdout}${stderr}` };
}

/** The rows of a runtime that `command` starts. Where there is no Open MPI, `npm test` names it. */
export async function ranksRows(command, about, folder) {
  const program = [...command, join(folder, "two-ranks.mjs")];
  const rows = [await ranksRow([...program, "launch"], "local", about, folder)];
  const there = await run(mpirun[0], ["--version"]).catch(() => null);
  if (!there || !existsSync(koffi)) return rows;
  const link = join(folder, "node_modules/koffi");
  if (!existsSync(link)) symlinkSync(koffi, link);
  return [...rows, await ranksRow([...mpirun, ...program], "mpi", about, folder)];
}
