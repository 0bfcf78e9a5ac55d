// npm run test:page: the built page in real browsers. The last line: N passed, M failed.
//   --only <see,links,…>        files of tests
//   --browser <chromium,…>      browsers
//   --grep <text>               tests whose names have it
// A browser that is not there is a failure where CI=true, else a skip.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { endGroups, within } from "../../platform/browsers/helpers.mjs";
import { prepare } from "./env.mjs";

const files = [
  "see",
  "links",
  "access",
  "offline",
  "break",
  "train",
  "choose",
  "lab",
  "tools",
  "share",
  "manual",
  "smoke",
];
const browsers = ["chromium", "firefox", "webkit"];
const usual = ["chromium", "firefox"];
/** For one test, in milliseconds, and for a browser to start. */
const LIMIT = 90_000;

const list = { type: "string" };
const { values } = parseArgs({ options: { only: list, browser: list, grep: list } });
const { only = files.join(), browser: which = browsers.join(), grep = "" } = values;
const ci = process.env.CI === "true";

/** What a test must not have caused, whatever it is about. */
async function checkSilence(page, origin) {
  const faults = (await page.faults()).filter(
    (fault) => !page.expected.some((pattern) => pattern.test(fault)),
  );
  if (faults.length > 0) throw new Error(`the console has: ${faults.join("; ")}`);
  const far = (await page.requests()).filter(
    (url) => !/^(file|blob|data|about):/.test(url) && !url.startsWith(`${origin}/`),
  );
  if (far.length > 0) throw new Error(`requests to other places: ${far.join(", ")}`);
}

async function runTest(browser, { run, context, limit = LIMIT }, env) {
  const page = await within(20_000, "a new page", browser.newPage(context));
  try {
    await within(limit, "the test", run(page, env));
    await checkSilence(page, env.origin);
    return "ok";
  } catch (error) {
    return error.stack ?? String(error);
  } finally {
    await within(10_000, "closing the page", page.close()).catch(() => {});
  }
}

async function runBrowser(driver, tests, env, onRow) {
  const path = driver.find();
  if (!path) {
    const missing = `${driver.name} is not installed (apt: ${driver.packages})`;
    onRow({ browser: driver.name, name: "", result: ci ? missing : `skipped: ${missing}` });
    return;
  }
  let browser;
  try {
    browser = await within(LIMIT, driver.name, driver.launch(path));
  } catch (error) {
    onRow({ browser: driver.name, name: "start", result: error.message });
    return;
  }
  for (const test of tests) {
    const start = performance.now();
    const result = await runTest(browser, test, env);
    const ms = Math.round(performance.now() - start);
    onRow({ browser: driver.name, name: test.name, ms, result });
  }
  await within(20_000, `closing ${driver.name}`, browser.close()).catch(() => {});
}

if (!existsSync("dist/page/evenkeel.html")) throw new Error("npm run build:page makes the page");
const tests = [];
for (const file of only.split(",")) tests.push(...(await import(`./${file}.mjs`)).tests);
const env = await prepare();
const rows = [];
const onRow = (row) => {
  const { browser, name, ms = "", result } = row;
  rows.push(row);
  console.log([browser.padEnd(9), `${ms} ms`.padStart(9), name, result].join("  "));
};
try {
  // side by side: each spends much of its time waiting
  await Promise.all(
    which.split(",").map(async (id) => {
      const own = tests.filter(
        ({ name, browsers = usual }) => browsers.includes(id) && name.includes(grep),
      );
      if (own.length > 0) await runBrowser(await import(`./${id}.mjs`), own, env, onRow);
    }),
  );
} finally {
  await endGroups();
  env.close();
}
const skipped = rows.filter(({ result }) => result.startsWith("skipped")).length;
const passed = rows.filter(({ result }) => result === "ok").length;
const failed = rows.length - passed - skipped;
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
