// npm run test:platforms: packs the package, installs the tarball, and runs the same program in every runtime, browser
// and bundler.
//   --readme           writes the matrix, the sizes and the edge example between their marks in README.md here
//   --only <a,b>       of: package, types, jest, runtimes, browsers, readme, bundlers, next
// A runtime that is not there is a failure where CI=true, else a skip that says its name. The last line: N passed, M
// failed.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { markdown, writeBetween } from "./matrix.mjs";
import { run } from "./runtimes/start.mjs";
import { sizes, sizeTable } from "./sizes.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const groups = {
  package: ["./package-checks.mjs", "packageRows"],
  types: ["./types/index.mjs", "typeRows"],
  jest: ["./jest/index.mjs", "jestRows"],
  runtimes: ["./runtimes/index.mjs", "runtimeRows"],
  browsers: ["./browsers/index.mjs", "browserRows"],
  readme: ["./browsers/readme.mjs", "readmeRows"],
  bundlers: ["./bundlers/index.mjs", "bundlerRows"],
  next: ["./next/index.mjs", "nextRows"],
};

const { values } = parseArgs({
  options: {
    readme: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(groups).join() },
  },
});
const ci = process.env.CI === "true";

async function must(command, args, cwd) {
  const { code, stdout, stderr } = await run(command, args, { cwd, limit: 600_000 });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

await must("npm", ["install", "--no-audit", "--no-fund"], here); // what is there may be of an older lock
const folder = await mkdtemp(join(tmpdir(), "evenkeel-platforms-"));
const rows = [];
try {
  await must("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const tarball = join(
    folder,
    (await readdir(folder)).find((file) => file.endsWith(".tgz")),
  );
  const project = { private: true, type: "module", dependencies: { evenkeel: `file:${tarball}` } };
  await writeFile(join(folder, "package.json"), JSON.stringify(project));
  await must("npm", ["install", "--offline", "--no-audit", "--no-fund"], folder);
  const packageDir = join(folder, "node_modules/evenkeel");
  for (const name of values.only.split(",")) {
    const [file, rowsOf] = groups[name];
    const onRow = ({
      runtime,
      version = "",
      place = "",
      variant = "",
      threads = "",
      ms,
      result,
    }) => {
      const time = ms == null ? "" : `${ms} ms`;
      console.log([runtime, version, place, variant, threads, time, result].join("\t"));
    };
    rows.push(...(await (await import(file))[rowsOf]({ folder, packageDir, tarball, ci, onRow })));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const today = new Date().toISOString().slice(0, 10);
const machine = `${cpus()[0].model}, ${cpus().length} cores, ${process.platform} ${process.arch}, ${today}.`;
const table = sizeTable(await sizes(root));
console.log(`\n${markdown(rows)}\n${table}`);
if (values.readme) {
  const page = join(here, "README.md");
  await writeBetween(page, "platforms", `${machine}\n\n${markdown(rows)}`);
  await writeBetween(page, "sizes", table);
  const worker = await readFile(join(here, "edge/worker.js"), "utf8");
  await writeBetween(page, "edge", `\`\`\`js\n${worker}\`\`\`\n`);
}
const skipped = rows.filter(({ result }) => result.startsWith("skipped")).length;
const passed = rows.filter(({ result }) => result === "ok").length;
const failed = rows.length - passed - skipped;
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
