// Firefox by its own Marionette protocol, JSON over TCP; this is all of it we need. Not by WebDriver BiDi: its client
// subscribes to workers, and while Firefox 153 has such a listener, `new Worker` in a worker after a `terminate()`
// there hangs one time in 30.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endGroup, firstFile, sleep, startGroup } from "./helpers.mjs";

export const name = "Firefox";
export const packages = "firefox-esr";
export const find = () => firstFile(["/usr/bin/firefox-esr", "/usr/bin/firefox"]);

/** A connection whose `send(command, parameters)` answers the command's result. Messages are `length:[type, id, …]`. */
async function marionette(port) {
  const socket = connect(port, "127.0.0.1");
  const waiting = new Map();
  let received = Buffer.alloc(0);
  let sent = 0;
  socket.on("data", (part) => {
    received = Buffer.concat([received, part]);
    for (;;) {
      const colon = received.indexOf(":");
      const end = colon + 1 + Number(received.subarray(0, colon));
      if (colon < 0 || received.length < end) return;
      const message = JSON.parse(received.subarray(colon + 1, end));
      const [, id, error, result] = Array.isArray(message) ? message : []; // the greeting is none
      received = received.subarray(end);
      if (error) waiting.get(id)?.reject(new Error(`Marionette: ${error.error}: ${error.message}`));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("Firefox closed the connection"));
  });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return {
    send(command, parameters = {}) {
      const text = JSON.stringify([0, ++sent, command, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
      return new Promise((resolve, reject) => waiting.set(sent, { resolve, reject }));
    },
    close: () => socket.destroy(),
  };
}

/** `more` are flags of the command line. */
export async function launch(path, more = []) {
  const profile = await mkdtemp(join(tmpdir(), "evenkeel-firefox-"));
  await writeFile(join(profile, "user.js"), 'user_pref("marionette.port", 0);\n');
  const child = startGroup(path, [
    "--headless",
    "--no-remote",
    "--marionette",
    "--profile",
    profile,
    ...more,
  ]);
  let connection;
  const close = async () => {
    connection?.close();
    await endGroup(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    let port = "";
    for (let tries = 0; port === "" && child.exitCode === null && tries < 300; tries++) {
      await sleep(100);
      port = await readFile(join(profile, "MarionetteActivePort"), "utf8").catch(() => "");
    }
    if (port === "") throw new Error("Firefox opened no Marionette port");
    connection = await marionette(Number(port));
    const { capabilities } = await connection.send("WebDriver:NewSession");
    return {
      version: capabilities.browserVersion,
      send: connection.send,
      async open(url) {
        await connection.send("WebDriver:Navigate", { url });
        return () => connection.send("WebDriver:Navigate", { url: "about:blank" });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
