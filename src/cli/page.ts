import { stat } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import { langOption } from "./language.js";
import { serveFolder } from "./serve.js";
import type { Texts } from "./text/en/index.js";

/** The first port that is tried, and how many after it, where the visitor names none. */
const PORT = 8080;
const TRIES = 20;

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError("Expected an integer 0 to 65535.");
  return value;
}

/** On the port that was named, or on the first one that is free. */
async function serveOnFree(
  folder: string,
  named: number | undefined,
  host: string,
): Promise<Server> {
  for (let port = named ?? PORT; ; port++) {
    try {
      return await serveFolder(folder, port, host);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && named === undefined && port < PORT + TRIES) continue;
      if (code === "EADDRINUSE")
        throw new Error(`port ${port} of ${host} is taken; --port <n> names another one`);
      if (code === "EACCES") throw new Error(`port ${port} of ${host} is not for this user`);
      throw new Error(`cannot serve on port ${port} of ${host}: ${message}`);
    }
  }
}

/** The page of this package, as `npm run build:page` left it beside the command. */
const ownPage = fileURLToPath(new URL("./page", import.meta.url));

/** Serves the page until it is stopped. */
async function show(
  { port, host }: { port?: number; host: string },
  { page }: Texts,
): Promise<void> {
  const built = await stat(join(ownPage, "index.html")).catch(() => null);
  if (!built) throw new Error(`the page is not built (${ownPage}): npm run build:page makes it`);
  const server = await serveOnFree(ownPage, port, host);
  const address = server.address();
  const actual = typeof address === "object" ? address?.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  console.log(page.at(`http://${name}:${actual}/`));
  console.log(page.end);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
    });
}

/** Adds `evenkeel page` to the program. */
export function addPage(program: Command, texts: Texts): void {
  const { page } = texts;
  program
    .command("page")
    .description(page.description)
    .addOption(new Option("--port <n>", page.port(PORT)).argParser(port))
    .addOption(new Option("--host <name>", page.host).default("localhost"))
    .addOption(langOption(texts))
    .action((flags) => show(flags, texts));
}
