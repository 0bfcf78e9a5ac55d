// The web server of the page under test. An address's first part says how it is served:
//   /plain/…     as any static host does, without headers
//   /isolated/…  as `evenkeel page` does: pages may share memory, and workers have a policy
//   /spying/… /spying-isolated/… workers ask for what the page never does, without and with a policy
//   /deep/a/b/…  in a folder of a folder
//   /no-simd/…   workers find that the engine has no SIMD
//   /old/…       the page and its workers lack what browsers have had since 2023
//   /no-database/ workers find that the browser keeps nothing
//   /no-worker/… the worker's file is not there
//   /no-below/…  the program of the sections below the first is not there
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const scriptPolicy = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
};
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css" };

const SPY = 'fetch("/spied").catch(() => {});\n';
/** What a program begins with in the place of a browser that is not at hand. */
const BEGINNINGS = {
  spying: SPY,
  "spying-isolated": SPY,
  "no-simd": "WebAssembly.validate = () => false;\n",
  old: "delete Array.prototype.with; delete Object.hasOwn;\n",
  "no-database": 'Object.defineProperty(globalThis, "indexedDB", { value: undefined });\n',
};

export async function serve(folder) {
  async function answer({ url }, response) {
    const [, place, ...rest] = new URL(url, "http://localhost").pathname.split("/");
    const path = place === "deep" ? rest.slice(2) : rest;
    const file = `${normalize(`/${path.join("/")}`)}`;
    const name = file.endsWith("/") ? `${file}index.html` : file;
    const asCommand = /isolated$/.test(place);
    const headers = {
      ...(asCommand && isolated),
      ...(asCommand && /\.js$/.test(name) && scriptPolicy),
    };
    try {
      const isWorker = /worker-[^/]*\.js$/.test(name);
      if (isWorker && place === "no-worker") throw new Error("it is missing");
      if (place === "no-below" && /below-[^/]*\.js$/.test(name)) throw new Error("it is missing");
      let body = await readFile(join(folder, name));
      const begins = isWorker || (place === "old" && name.endsWith(".js"));
      if (begins && place in BEGINNINGS) body = BEGINNINGS[place] + body;
      const type = types[extname(name)] ?? "text/javascript";
      response.writeHead(200, { "Content-Type": type, ...headers }).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain", ...headers }).end("not found");
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
