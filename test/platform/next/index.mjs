// A Next.js application with the packed package, on Node 20: its edge route from `next build`, and in `next dev`, where
// StrictMode mounts twice, a component with the README's effect, which closes its runtime in the clean-up.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as chromium from "../browsers/chromium.mjs";
import { within } from "../browsers/helpers.mjs";
import { find } from "../runtimes/find.mjs";
import { run } from "../runtimes/start.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const next = here("../node_modules/next");
// Bundlers that ran before in this process leave a NODE_ENV, with which `next build` renders pages in a mixture of two
// Reacts.
const { NODE_ENV: _, ...inherited } = process.env;
const env = { ...inherited, NEXT_TELEMETRY_DISABLED: "1" };
const LIMIT = 180_000;
const isNorm = ([a, b]) => Math.abs(a + 0.999995) < 1e-6 && Math.abs(b - 0.999995) < 1e-6;

/** A hook of the README's effect, as it is printed. */
async function effectOf(packageDir) {
  const readme = await readFile(join(packageDir, "README.md"), "utf8");
  const [, effect] = readme.match(/```jsx\n([\s\S]*?)```/);
  return `import { init, layerNorm, tensor } from "evenkeel";
import { useEffect } from "react";

export function useNorm(show) {
${effect}}
`;
}

/** Within test/platform, for Turbopack follows no link out of its root; the folder is ignored by git. */
async function makeApp(packageDir) {
  await mkdir(here("../build"), { recursive: true });
  const app = await mkdtemp(here("../build/next-"));
  await cp(here("app"), join(app, "app"), { recursive: true });
  await cp(here("next.config.mjs"), join(app, "next.config.mjs"));
  await writeFile(join(app, "app/use-norm.js"), await effectOf(packageDir));
  await writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await mkdir(join(app, "node_modules"));
  await cp(await realpath(packageDir), join(app, "node_modules/evenkeel"), { recursive: true });
  return app;
}

/** `next start` or `next dev` on a free port; resolves to { url, stop } once it says where it listens. */
async function serve(node, command, cwd) {
  const args = [join(next, "dist/bin/next"), command, "--hostname", "127.0.0.1", "--port", "0"];
  const child = spawn(node, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const listening = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said += data;
        const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
        if (url) resolve(url);
      });
    }
    child.on("exit", (code) => reject(new Error(`next ${command} ended with ${code}: ${said}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) resolve();
      child.on("exit", resolve);
      child.kill();
    });
  try {
    return { url: await within(LIMIT, `next ${command}`, listening), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function edgeRoute(node, app) {
  const built = await run(node, [join(next, "dist/bin/next"), "build"], {
    cwd: app,
    env,
    limit: LIMIT,
  });
  if (built.code !== 0) throw new Error(`exit ${built.code}: ${built.stdout}${built.stderr}`);
  const server = await serve(node, "start", app);
  try {
    const response = await within(LIMIT, "the route", fetch(`${server.url}/api/norm`));
    const { values, ...about } = JSON.parse(await response.text());
    return { ...about, result: isNorm(values) ? "ok" : `layerNorm([1, 3]) is ${values}` };
  } finally {
    await server.stop();
  }
}

async function strictMode(node, app, ci) {
  const path = chromium.find();
  const missing = "Chromium is not installed";
  if (!path) return { result: ci ? missing : `skipped: ${missing}` };
  const server = await serve(node, "dev", app);
  const browser = await chromium.launch(path);
  try {
    const text = await browser.read(server.url, "pre[data-results='2']", LIMIT);
    const wrong = text.split("\n").filter((line) => !isNorm(line.split(",").map(Number)));
    return { result: wrong.join("; ") || "ok" };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Two rows. Without Chromium the second is a failure when `ci`, else a skip. */
export async function nextRows({ packageDir, ci = process.env.CI === "true", onRow = () => {} }) {
  const node = find("node20") ?? process.execPath;
  const { version } = JSON.parse(await readFile(join(next, "package.json"), "utf8"));
  const app = await makeApp(packageDir);
  const rows = [];
  try {
    for (const [place, job] of [
      ["edge route, built on Node 20", edgeRoute],
      ["page, StrictMode", strictMode],
    ]) {
      const got = await job(node, app, ci).catch((error) => ({ result: error.message }));
      const row = { runtime: "Next.js", version, place, ...got };
      onRow(row);
      rows.push(row);
    }
  } finally {
    await rm(app, { recursive: true, force: true });
  }
  return rows;
}
