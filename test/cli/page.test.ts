import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveFolder } from "../../src/cli/serve.js";

const outside = mkdtempSync(join(tmpdir(), "evenkeel-serve-"));
const folder = join(outside, "page");
let server: Server;
let port: number;

beforeAll(async () => {
  mkdirSync(join(folder, "zh"), { recursive: true });
  mkdirSync(join(outside, "page-too"));
  writeFileSync(join(outside, "secret.txt"), "secret");
  writeFileSync(join(outside, "page-too/secret.txt"), "secret");
  writeFileSync(join(folder, ".hidden"), "secret");
  for (const name of ["index.html", "zh/index.html", "a.js", "a.css", "a.wasm", "a.unknown"])
    writeFileSync(join(folder, name), name);
  server = await serveFolder(folder, 0, "127.0.0.1");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(outside, { recursive: true });
});

/** Requests the path unchanged. fetch would resolve the dots in it. */
const ask = (path: string, method = "GET") =>
  new Promise<{ status?: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method }, async (response) => {
        let body = "";
        for await (const part of response) body += part;
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
      asked.on("error", reject).end();
    },
  );

describe("the server of the page", () => {
  test.each([
    ["/", "index.html", "text/html; charset=utf-8"],
    ["/?a=1", "index.html", "text/html; charset=utf-8"],
    ["/zh/", "zh/index.html", "text/html; charset=utf-8"],
    ["/a.js", "a.js", "text/javascript; charset=utf-8"],
    ["/a.css", "a.css", "text/css; charset=utf-8"],
    ["/a.wasm", "a.wasm", "application/wasm"],
    ["/a.unknown", "a.unknown", "application/octet-stream"],
  ])("%s is %s, of its type and isolated", async (path, body, type) => {
    expect(await ask(path)).toMatchObject({
      status: 200,
      body,
      headers: {
        "content-type": type,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      },
    });
    expect(await ask(path, "HEAD")).toMatchObject({ status: 200, body: "" });
  });

  test("a worker's file has a policy, and a page has the one that stands in it", async () => {
    const policy = async (path: string) => (await ask(path)).headers["content-security-policy"];
    expect(await policy("/a.js")).toBe("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    expect(await policy("/")).toBe(undefined);
  });

  test.each([
    "/none.js",
    "/a.js/",
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/..%5csecret.txt",
    "/zh/../../secret.txt",
    "/zh/..%2f..%2fsecret.txt",
    "/..%2fpage-too%2fsecret.txt",
    "/.hidden",
    "/%00",
    "/%zz",
  ])("%s is not found", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).toContain("Not found");
    expect(body).not.toContain("secret");
  });

  test("a folder without its slash leads to the folder, on this server", async () => {
    expect(await ask("/zh?a=1")).toMatchObject({ status: 301, headers: { location: "/zh/?a=1" } });
    const { headers } = await ask("//zh");
    expect(headers.location ?? "/").toMatch(/^\/(?!\/)/);
  });

  test("nothing but GET and HEAD", async () => {
    expect(await ask("/", "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });
});

describe("evenkeel page", () => {
  const cli = resolve(import.meta.dirname, "../../dist/cli.js"); // as `npm run build` left it
  const start = (...args: string[]) => spawn(process.execPath, [cli, "page", ...args]);
  const textOf = async (child: ChildProcess, until: RegExp) => {
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (part) => {
        text += part;
      });
    while (!until.test(text) && child.exitCode === null)
      await new Promise((r) => setTimeout(r, 20));
    return text;
  };
  const ended = (child: ChildProcess) => new Promise((done) => child.on("close", done));

  test("prints its address, serves, and ends on Ctrl-C", async () => {
    const child = start("--port", "0", "--host", "127.0.0.1");
    const text = await textOf(child, /ends it/);
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(text)?.[0] ?? text;
    const html = await (await fetch(address)).text();
    expect(html).toContain("<title>evenkeel");
    child.kill("SIGINT");
    expect(await ended(child)).toBe(0);
  });

  test("a port that is named and taken is refused", async () => {
    const child = start("--port", String(port), "--host", "127.0.0.1");
    const all = textOf(child, /taken/);
    expect(await ended(child)).toBe(2);
    expect(await all).toMatch(/^evenkeel: port \d+ of 127\.0\.0\.1 is taken; --port <n> names/);
  });

  test("without a name it takes the next free one", async () => {
    const children = [start(), start()];
    const texts = await Promise.all(children.map((child) => textOf(child, /ends it/)));
    const ports = texts.map((text) => /localhost:(\d+)/.exec(text)?.[1]);
    expect(new Set(ports).size).toBe(2);
    for (const child of children) child.kill("SIGINT");
    await Promise.all(children.map(ended));
  });

  test.each(["x", "70000", "-1"])("--port %s is no port", async (wrong) => {
    const child = start("--port", wrong);
    const all = textOf(child, /port/);
    expect(await ended(child)).toBe(2);
    expect(await all).toContain("Expected an integer 0 to 65535");
  });
});
