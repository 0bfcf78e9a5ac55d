// The package in real browsers: with and without cross-origin isolation, on the page and in a worker, under strict
// policies. Alone: node test/platform/browsers/index.mjs [folder of the unpacked package] [browser …]
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endGroups, within } from "./helpers.mjs";
import { serve } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
// for one page and for all of a browser's: one that hangs must not cost the time of every case
const LIMIT = 60_000;
const BROWSER_LIMIT = 180_000;

const drivers = ["chromium", "firefox", "webkit"];

const workerUrl = "/strict/package/dist/worker.js";

/** What each page is, what it is asked for, and the threads and hints (lines on the console) that it may have. */
export const cases = [
  { place: "page", mode: "isolated", threads: 1 },
  { place: "page", mode: "isolated", threads: 2 },
  { place: "page", mode: "isolated", threads: 3 },
  { place: "page, not isolated", mode: "open", threads: 2, expected: 1, hints: 1 },
  { place: "worker", mode: "isolated", threads: 2, worker: true },
  { place: "worker, not isolated", mode: "open", threads: 2, expected: 1, hints: 1, worker: true },
  { place: "strict CSP, workerUrl", mode: "strict", threads: 2, workerUrl },
  { place: "CSP with worker-src blob:", mode: "blob", threads: 2 },
  { place: "strict CSP, blob worker blocked", mode: "blocked", threads: 2, expected: 1, hints: 1 },
  {
    place: "module fetched by the page",
    mode: "isolated",
    threads: 2,
    module: "simd-threads.wasm",
  },
  { place: "failed download of a module", mode: "isolated", what: "badModule", threads: 2 },
  { place: "CSP without wasm-unsafe-eval", mode: "nowasm", what: "noWasm" },
];
const bareCases = [
  { place: "isolated, no shared memory", mode: "isolated", threads: 2, expected: 1, hints: 1 },
];

/** What is wrong with a report, besides what the program itself found. */
function judge({ mode, threads, expected = threads, hints = 0 }, report) {
  const wrong = [...report.failures];
  if (report.isolated !== (mode !== "open")) wrong.push(`crossOriginIsolated: ${report.isolated}`);
  if (report.threads !== expected) wrong.push(`${report.threads} threads, expected ${expected}`);
  if (report.said.length > hints) wrong.push(`console: ${report.said.join(" | ")}`);
  return wrong;
}

async function runCase(browser, server, one, limit) {
  const { url, report } = server.visit(`/${one.mode}/platform/browsers/page/index.html`, one);
  let close = async () => {};
  try {
    close = await within(limit, "the page", browser.open(url));
    const got = await within(limit, "the report", report);
    const wrong = judge(one, got);
    return { ...got, result: wrong.length === 0 ? "ok" : wrong.join("; ") };
  } catch (error) {
    return { result: error.message };
  } finally {
    await within(10_000, "closing the page", close()).catch(() => {});
  }
}

/** The cases in one browser; a browser that cannot start is one failing row. */
async function runBrowser(name, starting, list, server) {
  let browser;
  const rows = [];
  const end = Date.now() + BROWSER_LIMIT;
  try {
    browser = await within(LIMIT, name, starting);
    for (const one of list) {
      const limit = Math.max(1000, Math.min(LIMIT, end - Date.now()));
      const { variant, threads, firstResult, result } = await runCase(browser, server, one, limit);
      const ms = firstResult === undefined ? undefined : Math.round(firstResult);
      const { version } = browser;
      rows.push({ runtime: name, version, place: one.place, variant, threads, ms, result });
    }
  } catch (error) {
    rows.push({ runtime: name, place: "start", result: error.message.split("\n")[0] });
  } finally {
    if (browser) await within(20_000, `closing ${name}`, browser.close()).catch(() => {});
  }
  return rows;
}

/**
 * Rows { runtime, version, place, variant, threads, ms, result }: `ms` from the import to the first result, `result`
 * "ok", "skipped: …" or what went wrong. A missing browser is a failure when `ci`, else a skip.
 */
export async function browserRows({
  packageDir,
  ci = process.env.CI === "true",
  only = drivers,
  onRow = () => {},
}) {
  const roots = { package: packageDir, platform: dirname(here) };
  const names = {
    evenkeel: "package/dist/index.js",
    "evenkeel/models": "package/dist/models.js",
    "evenkeel/data": "package/dist/data.js",
  };
  const server = await serve(roots, names);
  const rows = [];
  try {
    for (const driver of only) {
      const browser = await import(`./${driver}.mjs`);
      const path = browser.find();
      const missing = `${browser.name} is not installed (apt: ${browser.packages})`;
      const found = path
        ? await runBrowser(browser.name, browser.launch(path), cases, server)
        : [{ runtime: browser.name, result: ci ? missing : `skipped: ${missing}` }];
      if (path && browser.launchBare) {
        const bare = browser.launchBare(path);
        found.push(...(await runBrowser(browser.name, bare, bareCases, server)));
      }
      for (const row of found) onRow(row);
      rows.push(...found);
    }
  } finally {
    await endGroups();
    server.close();
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [packageDir = join(here, "../../.."), ...only] = process.argv.slice(2);
  const rows = await browserRows({ packageDir, only: only.length > 0 ? only : drivers });
  console.table(rows, ["runtime", "version", "place", "variant", "threads", "ms", "result"]);
  for (const { runtime, place, result } of rows)
    if (result !== "ok") console.log(`${runtime}, ${place}: ${result}`);
  if (rows.some(({ result }) => !/^(ok|skipped)/.test(result))) process.exitCode = 1;
}
