import * as platform from "../../platform/browsers/firefox.mjs";
import { Page } from "./page.mjs";
import { driverOf } from "./webdriver.mjs";

export const { name, packages, find } = platform;

/** What the browser's own console has, of the page and its workers: errors, and what the policy forbade. */
const messages = `return JSON.stringify(Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
  .filter((one) =>
    /^(http:..127|file:|blob:)/.test(one.sourceName) || /Content-Security|unsafe/i.test(one.errorMessage))
  .map((one) => one.errorMessage + " (" + one.sourceName + ":" + one.lineNumber + ")"))`;

export async function launch(path) {
  const { version, send, close } = await platform.launch(path, ["--remote-allow-system-access"]);
  const script = async (text) =>
    (await send("WebDriver:ExecuteScript", { script: text, args: [], sandbox: null })).value;
  const asBrowser = async (text) => {
    await send("Marionette:SetContext", { value: "chrome" });
    try {
      return await script(text);
    } finally {
      await send("Marionette:SetContext", { value: "content" });
    }
  };
  const driver = driverOf({
    execute: script,
    find: async (value) =>
      (await send("WebDriver:FindElement", { using: "css selector", value })).value,
    click: (id) => send("WebDriver:ElementClick", { id }),
    perform: (actions) => send("WebDriver:PerformActions", { actions }),
  });
  return {
    version,
    close,
    async newPage() {
      await send("WebDriver:SetWindowRect", { width: 1280, height: 900 });
      return new Page({
        ...driver,
        browser: name,
        async navigate(url) {
          await asBrowser("Services.console.reset()");
          await send("WebDriver:Navigate", { url });
        },
        async size(width, height) {
          const [x, y] = await driver.run("[outerWidth - innerWidth, outerHeight - innerHeight]");
          await send("WebDriver:SetWindowRect", { width: width + x, height: height + y });
        },
        faults: async () => JSON.parse(await asBrowser(messages)),
        close: () => send("WebDriver:Navigate", { url: "about:blank" }),
      });
    },
  };
}
