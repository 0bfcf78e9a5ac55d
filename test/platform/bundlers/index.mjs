// The package through each bundler, and without one: built, then run in Chromium on an isolated page with two threads.
// Alone: node test/platform/bundlers/index.mjs [folder of the unpacked package] [tool …]
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../browsers/helpers.mjs";
import { serve } from "../browsers/server.mjs";
import { tools } from "./tools.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const LIMIT = 60_000;
const THREADS = 2;

/** The app as its author has it: sources, and the package in node_modules. */
async function makeApp(folder, packageDir) {
  const app = join(folder, "app");
  await cp(join(here, "app"), app, { recursive: true });
  for (const file of ["program.js", "golden.js"]) await cp(join(here, "..", file), join(app, file));
  await mkdir(join(app, "node_modules"));
  await cp(await realpath(packageDir), join(app, "node_modules/evenkeel"), { recursive: true });
  return app;
}

async function runTool(tool, app, folder, server, browser) {
  const out = join(folder, tool.name.replaceAll(" ", "-"));
  let stop = async () => {};
  let close = async () => {};
  try {
    let page = `/isolated/built/${tool.name.replaceAll(" ", "-")}/index.html`;
    if (tool.build) await within(LIMIT, tool.name, tool.build(app, out));
    else ({ page, stop } = await within(LIMIT, tool.name, tool.open(app)));
    const { url, report } = server.visit(page, { threads: THREADS });
    close = await within(LIMIT, "the page", browser.open(url));
    const { failures, variant, threads, firstResult } = await within(LIMIT, "the report", report);
    const wrong = threads === THREADS ? failures : [...failures, `${threads} threads`];
    const result = wrong.length === 0 ? "ok" : wrong.join("; ");
    return { variant, threads, ms: Math.round(firstResult), result };
  } catch (error) {
    return { result: error.message };
  } finally {
    await within(10_000, "closing", Promise.all([close(), stop()])).catch(() => {});
  }
}

/** Rows as browserRows gives them, one per tool. Without Chromium: a failure when `ci`, else a skip. */
export async function bundlerRows({
  packageDir,
  ci = process.env.CI === "true",
  only = tools.map(({ name }) => name),
  onRow = () => {},
}) {
  const { find, launch } = await import("../browsers/chromium.mjs");
  const path = find();
  const rows = [];
  const add = (row) => {
    rows.push(row);
    onRow(row);
  };
  if (!path) {
    const missing = "Chromium is not installed";
    add({ runtime: "bundlers", result: ci ? missing : `skipped: ${missing}` });
    return rows;
  }
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-bundlers-"));
  const server = await serve({ built: folder });
  let browser;
  try {
    browser = await within(LIMIT, "Chromium", launch(path));
    const app = await makeApp(folder, packageDir);
    for (const tool of tools.filter(({ name }) => only.includes(name))) {
      const row = await runTool(tool, app, folder, server, browser);
      add({ runtime: tool.name, version: await tool.version(), place: "in Chromium", ...row });
    }
  } finally {
    await browser?.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [packageDir = join(here, "../../.."), ...only] = process.argv.slice(2);
  const rows = await bundlerRows({ packageDir, ...(only.length > 0 && { only }) });
  console.table(rows, ["runtime", "version", "variant", "threads", "ms", "result"]);
  if (rows.some(({ result }) => !/^(ok|skipped)/.test(result))) process.exitCode = 1;
}
