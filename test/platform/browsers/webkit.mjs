// WebKitGTK's MiniBrowser by its WebKitWebDriver, on a display of its own: WebDriver is JSON over HTTP, this is all of
// it we need.
import { createServer } from "node:net";
import { endGroup, firstFile, sleep, startGroup } from "./helpers.mjs";

export const name = "WebKitGTK";
export const packages = "webkit2gtk-driver xvfb";
const driver = () => firstFile(["/usr/bin/WebKitWebDriver"]);
const display = () => firstFile(["/usr/bin/xvfb-run"]);
/** MiniBrowser, where its driver and a virtual display are there too. */
export const find = () =>
  driver() && display() && firstFile(["/usr/lib/*/webkit2gtk-4.1/MiniBrowser"]);

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One WebDriver command; an error answer becomes an Error. */
async function command(base, method, path, body) {
  const response = await fetch(base + path, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver ${path}: ${value?.error}: ${value?.message}`);
  return value;
}

/**
 * The GTK port (2.50) keeps shared memory even from isolated pages (WebKit pull request 74274); this gives it what
 * Safari has.
 */
const sharing = { JSC_useSharedArrayBuffer: "true" };

export const launch = (binary) => start(binary, sharing);
/** As it comes: isolated pages without shared memory. */
export const launchBare = (binary) => start(binary, {});

async function start(binary, switches) {
  const port = await freePort();
  const child = startGroup(display(), ["-a", driver(), `--port=${port}`], switches);
  const base = `http://127.0.0.1:${port}`;
  try {
    for (let tries = 0; ; tries++) {
      try {
        await command(base, "GET", "/status");
        break;
      } catch (error) {
        if (tries === 100) throw error;
        await sleep(100);
      }
    }
    const options = { binary, args: ["--automation"] };
    const { sessionId, capabilities } = await command(base, "POST", "/session", {
      capabilities: {
        alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options },
      },
    });
    const session = `/session/${sessionId}`;
    return {
      version: [capabilities.browserVersion, ...Object.keys(switches)].join(" with "),
      send: (path, body, method = "POST") => command(base, method, session + path, body),
      async open(url) {
        await command(base, "POST", `${session}/url`, { url });
        return () => command(base, "POST", `${session}/url`, { url: "about:blank" });
      },
      async close() {
        await command(base, "DELETE", session).catch(() => {});
        await endGroup(child);
      },
    };
  } catch (error) {
    await endGroup(child);
    throw error;
  }
}
