import * as platform from "../../platform/browsers/chromium.mjs";
import { Page } from "./page.mjs";

export const { name, packages, find } = platform;

export async function launch(path) {
  const { browser, version, close } = await platform.launch(path);
  return {
    version,
    close,
    /** `context` are options of Playwright's, such as `javaScriptEnabled`. */
    async newPage(context = {}) {
      const own = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
      const page = await own.newPage();
      return new Page({ ...(await driverOf(page, own)), close: () => own.close() });
    },
  };
}

async function driverOf(page, context) {
  // Playwright's own evaluate is forbidden by the page's policy.
  const tools = await context.newCDPSession(page);
  let faults = [];
  let requests = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error.stack ?? error)));
  context.on("request", (request) => requests.push(request.url()));
  return {
    browser: name,
    async navigate(url) {
      [faults, requests] = [[], []];
      await page.goto(url, { timeout: 30_000 });
    },
    async run(expression) {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await tools.send("Runtime.evaluate", options);
      if (exceptionDetails)
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value ?? null;
    },
    press: (key) => page.keyboard.press(key),
    click: (selector) => page.locator(selector).first().click({ timeout: 10_000 }),
    point: (selector) => page.locator(selector).first().hover({ timeout: 10_000 }),
    async drag(selector, moves) {
      const one = page.locator(selector).first();
      await one.scrollIntoViewIfNeeded();
      const { x, y, width, height } = await one.boundingBox();
      const [fromX, fromY] = [x + width / 2, y + height / 2];
      await page.mouse.move(fromX, fromY);
      await page.mouse.down();
      for (const [dx, dy] of moves) await page.mouse.move(fromX + dx, fromY + dy);
      await page.mouse.up();
    },
    size: (width, height) => page.setViewportSize({ width, height }),
    emulate: (features) => page.emulateMedia(features),
    faults: async () => faults,
    requests: async () => requests,
    screenshot: (path, selector) =>
      selector
        ? page.locator(selector).screenshot({ path })
        : page.screenshot({ path, fullPage: true }),
    /** Sends a command of the DevTools protocol. */
    tools: (command, parameters) => tools.send(command, parameters),
  };
}
