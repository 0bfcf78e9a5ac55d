// Jest with modules, as its documentation says, and a test that imports the packed package.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../runtimes/start.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** One row. `folder`: where the packed package is installed. */
export async function jestRows({ folder, onRow = () => {} }) {
  const app = join(folder, "jest");
  await mkdir(app);
  const manifest = { type: "module", jest: { transform: {} } };
  await writeFile(join(app, "package.json"), JSON.stringify(manifest));
  await cp(here("norm.test.js"), join(app, "norm.test.js"));
  const jest = here("../node_modules/jest");
  const { version } = JSON.parse(await readFile(join(jest, "package.json"), "utf8"));
  const env = { ...process.env, NODE_OPTIONS: "--experimental-vm-modules" };
  const args = [join(jest, "bin/jest.js"), "--no-cache", "--no-watchman"];
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: app, env });
  const passed = code === 0 && /^Tests: +1 passed, 1 total$/m.test(stderr);
  const result = passed ? "ok" : `exit ${code}: ${stdout}${stderr}`;
  const row = { runtime: "Jest", version, place: "--experimental-vm-modules", result };
  onRow(row);
  return [row];
}
