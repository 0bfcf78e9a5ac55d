// Each bundler with the least configuration it takes. `build(app, out)` makes out/main.js from app/main.js; `open(app,
// out)`, for those that serve or lay out pages themselves, gives the address of the page and how to stop.
import { cp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "../runtimes/start.mjs";

const require = createRequire(import.meta.url);
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const version = async (name) => {
  const paths = require.resolve.paths(name).map((folder) => join(folder, name, "package.json"));
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch(() => null);
    if (text) return JSON.parse(text).version;
  }
  throw new Error(`${name} is not installed`);
};

/** webpack and those that take its configuration: `out` is the folder of main.js. */
async function buildAsWebpack(webpack, app, out, more) {
  const compiler = webpack({
    mode: "production",
    performance: { hints: false },
    context: app,
    entry: "./main.js",
    output: { path: out, filename: "main.js", module: true },
    ...more,
  });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, result) => (error ? reject(error) : resolve(result))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString("errors-warnings"));
  await cp(join(app, "index.html"), join(out, "index.html"));
}

export const tools = [
  {
    name: "Vite dev server",
    version: () => version("vite"),
    async open(root) {
      const { createServer } = await import("vite");
      const server = await createServer({
        root,
        configFile: false,
        logLevel: "error",
        server: { headers, host: "127.0.0.1", port: 0, hmr: false },
      });
      await server.listen();
      return { page: server.resolvedUrls.local[0], stop: () => server.close() };
    },
  },
  {
    name: "Vite build",
    version: () => version("vite"),
    async build(root, outDir) {
      const { build } = await import("vite");
      await build({ root, configFile: false, logLevel: "error", base: "./", build: { outDir } });
    },
  },
  {
    name: "webpack",
    version: () => version("webpack"),
    async build(app, out) {
      const { default: webpack } = await import("webpack");
      await buildAsWebpack(webpack, app, out, { experiments: { outputModule: true } });
    },
  },
  {
    name: "Rspack",
    version: () => version("@rspack/core"),
    async build(app, out) {
      const { rspack } = await import("@rspack/core");
      await buildAsWebpack(rspack, app, out);
    },
  },
  {
    name: "Parcel",
    version: () => version("parcel"),
    /** By its command, for its programming interface takes the folder it is called in for the project's. */
    async build(app, out) {
      const parcel = require.resolve("parcel/lib/bin.js");
      const options = ["--dist-dir", out, "--public-url", "./", "--no-cache", "--no-autoinstall"];
      const args = [parcel, "build", "index.html", ...options];
      const { code, stdout, stderr } = await run(process.execPath, args, { cwd: app });
      if (code !== 0) throw new Error(`exit ${code}: ${stdout}${stderr}`);
    },
  },
  {
    name: "esbuild",
    version: () => version("esbuild"),
    async build(app, outdir) {
      const { build } = await import("esbuild");
      const { warnings } = await build({
        entryPoints: [join(app, "main.js")],
        bundle: true,
        splitting: true,
        minify: true,
        format: "esm",
        outdir,
        logLevel: "silent",
      });
      if (warnings.length > 0) throw new Error(warnings[0].text);
      await cp(join(app, "index.html"), join(outdir, "index.html"));
    },
  },
  {
    name: "Rollup",
    version: () => version("rollup"),
    async build(app, dir) {
      const { rollup } = await import("rollup");
      const { default: resolve } = await import("@rollup/plugin-node-resolve");
      const bundle = await rollup({
        input: join(app, "main.js"),
        plugins: [resolve()],
        onwarn: (warning) => {
          throw new Error(warning.message);
        },
      });
      await bundle.write({ dir, format: "es" });
      await bundle.close();
      await cp(join(app, "index.html"), join(dir, "index.html"));
    },
  },
  {
    name: "no bundler",
    version: async () => "",
    /** The package's files as they are, under an import map. */
    async build(app, out) {
      await cp(app, out, { recursive: true });
      await cp(new URL("plain.html", import.meta.url), join(out, "index.html"));
    },
  },
];
