// A small web server for the files of one folder.
import { readFile, stat } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** With the first two a page may share memory between its workers. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-cache",
};

/** A worker has no policy but that of its own file: it may load what lies beside it, and compute. */
const scriptPolicy = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
};

/** The file below a folder that an address means, or null where it means none or one outside. */
function fileOf(folder: string, address: string): string | null {
  const inFolder = join(folder, sep);
  try {
    const path = decodeURIComponent(new URL(address, "http://localhost").pathname);
    const file = normalize(join(inFolder, path.endsWith("/") ? `${path}index.html` : path));
    const hidden = path.split(/[\\/]/).some((part) => part.startsWith("."));
    return file.startsWith(inFolder) && !hidden && !file.includes("\0") ? file : null;
  } catch {
    return null; // a wrong % or a wrong address
  }
}

/** Answers one request for a file of a folder. */
async function answer(folder: string, method: string, address: string, response: ServerResponse) {
  const send = (status: number, type: string, body: string | Buffer, more = {}) =>
    response
      .writeHead(status, { ...headers, "Content-Type": type, ...more })
      .end(method === "HEAD" ? undefined : body);
  if (method !== "GET" && method !== "HEAD")
    return send(405, types[".txt"], "only GET and HEAD\n", { Allow: "GET, HEAD" });
  const file = fileOf(folder, address);
  const kind = file === null ? null : await stat(file).catch(() => null);
  if (file && kind?.isFile()) {
    const extension = extname(file);
    const more = extension === ".js" ? scriptPolicy : {};
    return send(200, types[extension] ?? "application/octet-stream", await readFile(file), more);
  }
  if (file && kind?.isDirectory()) {
    const [path, query = ""] = address.split(/(?=\?)/);
    // relative to this server: two slashes at the start would be the name of another one
    return send(301, types[".txt"], "", { Location: `${path.replace(/^\/+/, "/")}/${query}` });
  }
  return send(404, types[".html"], notFound);
}

const notFound = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not found</title>
<h1>Not found</h1>
<p>There is no such file here. <a href="/">To the page</a> · <a href="/zh/" lang="zh-Hans">中文</a></p></html>
`;

/** Serves a folder. Rejects with the server's error where the port cannot be had. */
export async function serveFolder(folder: string, port: number, host: string): Promise<Server> {
  const server = createServer((request, response) => {
    answer(folder, request.method ?? "", request.url ?? "/", response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, headers);
      response.end();
      console.error(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  return server;
}
