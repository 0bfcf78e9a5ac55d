// The README's page without a bundler, as it is printed: it shows what its first program prints.
import { cp, mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as chromium from "./chromium.mjs";
import { serve } from "./server.mjs";

/** One row. Without Chromium: a failure when `ci`, else a skip. */
export async function readmeRows({
  folder,
  packageDir,
  ci = process.env.CI === "true",
  onRow = () => {},
}) {
  const row = { runtime: chromium.name, place: "README's page" };
  const path = chromium.find();
  if (path) Object.assign(row, await show(path, folder, packageDir));
  else row.result = `${ci ? "" : "skipped: "}${chromium.name} is not installed`;
  onRow(row);
  return [row];
}

async function show(path, folder, packageDir) {
  const readme = await readFile(join(packageDir, "README.md"), "utf8");
  const [, page] = readme.match(/```html\n([\s\S]*?)```/);
  const [, printed] = readme.match(/```text\n([\s\S]*?)```/);
  const site = join(folder, "readme");
  await mkdir(join(site, "node_modules"), { recursive: true });
  await writeFile(join(site, "index.html"), page);
  await cp(await realpath(packageDir), join(site, "node_modules/evenkeel"), { recursive: true });
  const server = await serve({ site });
  const browser = await chromium.launch(path);
  try {
    const shown = await browser.read(`${server.origin}/open/site/index.html`, "pre:not(:empty)");
    const result = shown.trim() === printed.trim() ? "ok" : `shows ${shown}`;
    return { version: browser.version, result };
  } catch (error) {
    return { version: browser.version, result: error.message };
  } finally {
    await browser.close();
    server.close();
  }
}
