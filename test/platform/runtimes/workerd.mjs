// The real workerd: a Worker bundled as its users bundle (esbuild under the workerd condition), served, asked, stopped.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles `entry` in `folder` (where the package is installed) into a folder of its own; returns its path. */
export async function bundle(folder, entry, { out = "out", conditions = ["workerd"] } = {}) {
  const outdir = join(folder, out);
  await build({
    entryPoints: { worker: join(folder, entry) },
    bundle: true,
    format: "esm",
    conditions,
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    outdir,
    logLevel: "error",
  });
  return outdir;
}

/** Serves the bundle; resolves to { url, stop } once it listens. */
export async function serve(workerd, folder, config) {
  const path = join(folder, "config.capnp");
  await writeFile(path, config);
  const child = spawn(workerd, ["serve", path, "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => {
    said += data;
  });
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`workerd does not listen: ${said}`)), 20_000);
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code}: ${said}`)));
    child.stdio[3].once("data", (data) => {
      clearTimeout(timer);
      resolve(JSON.parse(data).port);
    });
  });
  const stop = () =>
    new Promise((resolve) => {
      child.on("exit", resolve);
      child.kill();
    });
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** A config for the files of a bundle folder. */
export function configFor(folder, { date = "2026-01-01", flags = [] } = {}) {
  const modules = readdirSync(folder)
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort((a, b) => Number(b === "worker.js") - Number(a === "worker.js"))
    .map((file) => {
      const kind = file.endsWith(".js") ? "esModule" : "wasm";
      return `    (name = "${file}", ${kind} = embed "${file}"),`;
    });
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "${date}",
  compatibilityFlags = [${flags.map((flag) => `"${flag}"`)}],
  modules = [
${modules.join("\n")}
  ],
);
`;
}
