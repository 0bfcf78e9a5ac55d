import * as platform from "../../platform/browsers/webkit.mjs";
import { Page } from "./page.mjs";
import { driverOf } from "./webdriver.mjs";

export const { name, packages, find } = platform;

/** As it comes, without shared memory. It tells nothing of its console. */
export async function launch(path) {
  const { version, send, close } = await platform.launchBare(path);
  const driver = driverOf({
    execute: (script) => send("/execute/sync", { script, args: [] }),
    find: (value) => send("/element", { using: "css selector", value }),
    click: (id) => send(`/element/${id}/click`, {}),
    perform: (actions) => send("/actions", { actions }),
  });
  return {
    version,
    close,
    newPage: async () =>
      new Page({
        ...driver,
        browser: name,
        navigate: (url) => send("/url", { url }),
        faults: async () => [],
        close: () => send("/url", { url: "about:blank" }),
      }),
  };
}
