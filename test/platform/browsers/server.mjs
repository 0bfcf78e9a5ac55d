// The web server of the pages under test. A path's first part names the headers, so that relative addresses keep them:
//   /open/…  none · /isolated/…  COOP and COEP
//   /strict/…, /blob/…, /blocked/…, /nowasm/…  a content security policy as well
// Its second part names a root. A page posts its report to the address it was given.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const csp = (policy) => ({ ...isolated, "Content-Security-Policy": policy });
export const HEADERS = {
  open: {},
  isolated,
  strict: csp("script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"),
  blob: csp("script-src 'self' 'wasm-unsafe-eval'; worker-src blob:"),
  blocked: csp("script-src 'self' 'wasm-unsafe-eval'"),
  nowasm: csp("script-src 'self'"),
};
const TYPES = { ".html": "text/html", ".wasm": "application/wasm", ".json": "application/json" };

/** Neither a worker nor a page under a strict CSP has an import map: bare names become addresses here. */
const resolveNames = (text, names) =>
  text.replace(/(from|import) "(evenkeel[^"]*)"/g, (all, word, name) =>
    names[name] ? `${word} "${names[name]}"` : all,
  );

/**
 * Serves `roots` ({ name: folder }); bare `names` in scripts become addresses ({ name: path after the first part }).
 */
export async function serve(roots, names = {}) {
  const waiting = new Map();
  let visits = 0;

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname.startsWith("/report/")) {
      let text = "";
      for await (const part of request.setEncoding("utf8")) text += part;
      response.writeHead(204, { "Access-Control-Allow-Origin": "*" }).end();
      waiting.get(pathname)?.(JSON.parse(text));
      return;
    }
    const [, mode, root, ...rest] = pathname.split("/");
    const extension = extname(pathname);
    try {
      const path = join(roots[root], normalize(`/${rest.join("/")}`));
      let body = await readFile(path);
      const scoped = Object.fromEntries(
        Object.entries(names).map(([name, address]) => [name, `/${mode}/${address}`]),
      );
      if (extension === ".js") body = resolveNames(body.toString(), scoped);
      const type = TYPES[extension] ?? "text/javascript";
      response.writeHead(200, { "Content-Type": type, ...HEADERS[mode] }).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/html", ...HEADERS[mode] });
      response.end("<h1>not found</h1>");
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;

  return {
    origin,
    /** The address of a page with its job, and the report that it will post. */
    visit(path, job) {
      const id = `/report/${++visits}`;
      const report = new Promise((resolve) => waiting.set(id, resolve));
      const query = encodeURIComponent(JSON.stringify({ ...job, report: origin + id }));
      return { url: `${new URL(path, origin)}?job=${query}`, report };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
