import { firstFile } from "./helpers.mjs";

export const name = "Chromium";
export const packages = "chromium";
export const find = () => firstFile(["/usr/bin/chromium", "/usr/bin/google-chrome"]);

// Without these flags it looks up its maker's hosts at every start; as root it has no sandbox.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launch(executablePath) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args, timeout: 30_000 });
  const context = await browser.newContext();
  return {
    version: browser.version(),
    browser,
    async open(url) {
      const page = await context.newPage();
      await page.goto(url, { timeout: 30_000 });
      return () => page.close();
    },
    /** The text of what a selector finds, once it is there; a page's errors in its place where it does not come. */
    async read(url, selector, timeout = 30_000) {
      const page = await context.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(error.message));
      try {
        await page.goto(url, { timeout });
        return await page.locator(selector).textContent({ timeout });
      } catch (error) {
        throw new Error([error.message, ...errors].join("; "));
      } finally {
        await page.close();
      }
    },
    close: () => browser.close(),
  };
}
