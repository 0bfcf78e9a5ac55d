import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { sizes, sizeTable } from "./platform/sizes.mjs";

const root = resolve(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(text("package.json"));
const scripts = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".js") && path !== "cli.js" && !path.startsWith("page/"));
const importsOf = (script: string) =>
  [...text(`dist/${script}`).matchAll(/(?:^|;)(?:import|export)\b[^;"]*"([^"]+)"/gm)].map(
    (m) => m[1],
  );

test.each(scripts)(
  "%s has no line that would fill a terminal before an error's message",
  (script) => {
    for (const line of text(`dist/${script}`).split("\n"))
      expect(line.length).toBeLessThanOrEqual(200);
  },
);

test("the licences of what the command line holds are packed", () => {
  const licences = text("dist/LICENSES.txt");
  for (const name of ["commander", "d3-array", "fflate"])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));
});

test("the licences of what the page holds lie beside it, and in its single file", () => {
  for (const file of ["LICENSES.txt", "evenkeel.html"])
    for (const name of ["evenkeel,", "preact 11", "@preact/signals 2", "Jason Miller"])
      expect(text(`dist/page/${file}`)).toContain(name);
});

describe("exports", () => {
  test("are these and no others", () => {
    expect(Object.keys(manifest.exports)).toEqual([
      ".",
      "./models",
      "./data",
      "./files",
      "./experiments",
      "./distributed",
      "./simd.wasm",
      "./relaxed.wasm",
      "./simd-threads.wasm",
      "./relaxed-threads.wasm",
      "./worker.js",
      "./package.json",
    ]);
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.dependencies).toBeUndefined();
  });

  test.each([".", "./models", "./data", "./experiments"])(
    "%s: types first, the two hosts that need another file, default last",
    (entry) => {
      const conditions = Object.keys(manifest.exports[entry]);
      expect(conditions).toEqual(["types", "workerd", "edge-light", "default"]);
    },
  );

  test.each(["index", "models", "data", "files", "experiments", "distributed"])(
    "dist/%s.js finds what it imports in the other entries",
    (entry) => {
      const file = JSON.stringify(pathToFileURL(join(root, `dist/${entry}.js`)).href);
      execFileSync("node", ["--input-type=module", "--eval", `await import(${file})`]);
    },
  );

  test("./files is for Node and browsers", () => {
    expect(Object.keys(manifest.exports["./files"])).toEqual(["types", "default"]);
  });

  test("./distributed: no edge host has processes, and koffi is the user's to install", () => {
    expect(Object.keys(manifest.exports["./distributed"])).toEqual(["types", "default"]);
    expect(manifest.peerDependencies).toEqual({ koffi: "^3.3.0" });
    expect(manifest.peerDependenciesMeta).toEqual({ koffi: { optional: true } });
    for (const script of scripts.filter((script) => script !== "distributed.js"))
      expect(text(`dist/${script}`), script).not.toMatch(/koffi|MPI_I/);
  });

  const [{ files, size }] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );

  // Of it, the page is 340 KB, the same library for edge hosts 230 KB, source maps 245 KB, declarations 200 KB.
  test("the tarball has 1.6 MB at most", () => {
    console.log(`packed: ${(size / 1e6).toFixed(2)} MB`);
    expect(size).toBeLessThanOrEqual(1_600_000);
  });

  test("all exist and are packed", () => {
    const packed = new Set(files.map((file: { path: string }) => file.path));
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target as Record<string, string>),
    );
    for (const target of [...targets, manifest.bin.evenkeel]) {
      expect(packed, target).toContain(target.slice(2));
      expect(existsSync(join(root, target)), target).toBe(true);
    }
    const stray = [...packed].filter(
      (path) => !/^(dist\/|CHANGELOG\.md|README\.md|LICENSE|package\.json)/.test(path as string),
    );
    expect(stray).toEqual([]);
    expect(packed).toContain("dist/page/index.html");
    expect(packed).toContain("dist/page/zh/index.html");
    expect(packed).not.toContain("dist/page/evenkeel.html");
  });
});

describe("the bundles", () => {
  test.each(scripts)("%s imports nothing from outside the package", (script) => {
    for (const specifier of importsOf(script))
      expect(specifier).toMatch(/^#kernels$|^\.\.?\/[\w-]+\.(js|wasm(\?module)?)$/);
  });

  test("only the edge builds import .wasm, each in its host's way, and inline none", () => {
    expect(importsOf("edge/workerd.js").sort()).toEqual(["../relaxed.wasm", "../simd.wasm"]);
    expect(importsOf("edge/edge-light.js")).toEqual(["../simd.wasm?module"]);
    expect(manifest.imports["#kernels"]).toEqual({
      "edge-light": "./dist/edge/edge-light.js",
      default: "./dist/edge/workerd.js",
    });
    const importers = scripts.filter((script) => importsOf(script).includes("#kernels"));
    expect(importers).toEqual(["edge/index.js"]);
    const start = readFileSync(join(root, "build/simd.wasm"), "hex").slice(0, 100);
    const inlined = scripts.filter((script) => text(`dist/${script}`).includes(start));
    expect(inlined).toEqual(["index.js"]);
  });

  test("source maps hold the sources line by line, without comments, and not the binaries", () => {
    const isComment = (line: string) => /^ *(\/\*\*|\*( |\/|$)|\/\/)/.test(line);
    for (const script of ["index.js", "models.js", "data.js", "worker.js"]) {
      expect(text(`dist/${script}`)).toContain(`//# sourceMappingURL=${script}.map`);
      const map = JSON.parse(text(`dist/${script}.map`));
      map.sources.forEach((source: string, i: number) => {
        if (/^\.\.\/src\/.*(?<!namespaces)\.ts$/.test(source)) {
          const lines = text(join("dist", source)).split("\n");
          const code = lines.map((line) => (isComment(line) ? "" : line));
          expect(map.sourcesContent[i].split("\n")).toEqual(code);
        } else expect(map.sourcesContent[i].length, source).toBeLessThan(10_000);
      });
    }
  });

  test.each(["", "edge/"])(
    "%s. keeps its state in one module, however many entries are imported",
    (folder) => {
      const own = scripts.filter((script) => script.replace(/[^/]*$/, "") === folder);
      const holders = own.filter((script) => text(`dist/${script}`).includes("no runtime yet"));
      expect(holders.length).toBe(1);
    },
  );

  test("namespaces are whole, and classes keep the names that messages begin with", async () => {
    const { nn, optim } = await import(pathToFileURL(join(root, "dist/index.js")).href);
    const source = {
      nn: await import("../src/nn/index.js"),
      optim: await import("../src/optim/index.js"),
    };
    expect(Object.keys(nn).sort()).toEqual(Object.keys(source.nn).sort());
    expect(Object.keys(optim).sort()).toEqual(Object.keys(source.optim).sort());
    for (const [name, member] of Object.entries<{ name: string }>({ ...nn, ...optim }))
      if (/^[A-Z]/.test(name)) expect(member.name).toBe(name);
  });

  test("`using` frees what it holds, also where an operation throws", async () => {
    const { createRuntime, nn, ones } = await import(
      pathToFileURL(join(root, "dist/index.js")).href
    );
    const runtime = await createRuntime({ threads: 1 });
    const conv = new nn.Conv2d(3, 4, 3, { runtime });
    const x = ones([1, 3, 8, 8], { runtime });
    const { tensors, bytes } = runtime.stats();
    conv.forward(x).dispose();
    expect(runtime.stats()).toMatchObject({ tensors, bytes });
    runtime.run = () => {
      throw new Error("stop");
    };
    expect(() => conv.forward(x)).toThrow("stop");
    expect(runtime.stats().tensors - tensors).toBeLessThanOrEqual(1); // its result is freed by the garbage collector
    runtime.close();
  });

  test("entries share the default runtime", async () => {
    const load = (name: string) => import(pathToFileURL(join(root, "dist", name)).href);
    const { init, zeros } = await load("index.js");
    const { NormResNet } = await load("models.js");
    const { DataLoader, proceduralDataset } = await load("data.js");
    const runtime = await init({ threads: 1 });
    const net = new NormResNet({ norm: "gn", width: 4 });
    expect(net.forward(zeros([1, 3, 8, 8])).runtime).toBe(runtime);
    const [{ images }] = new DataLoader(proceduralDataset({ count: 1 })).batches();
    expect(images.runtime).toBe(runtime);
    const { layers } = await load("experiments.js");
    runtime.resetPeak();
    const { peakBytes } = runtime.stats();
    for await (const _ of layers({ shape: [2, 4, 4, 4] }));
    expect(runtime.stats().peakBytes).toBeGreaterThan(peakBytes);
    runtime.close();
  });
});

test("evenkeel/files costs a page 15 KB at most", async () => {
  const { code } = await transform(text("dist/files.js"), { minify: true, format: "esm" });
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`evenkeel/files: ${(size / 1000).toFixed(1)} KB`);
  expect(size).toBeLessThan(15_000);
});

test("the rules of second derivatives come with grad, and with nothing else", async () => {
  const hasRules = async (names: string) => {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${names} } from "./dist/edge/index.js";`, resolveDir: root },
      ...{ bundle: true, minify: true, format: "esm", external: ["#kernels"] },
      write: false,
    });
    return outputFiles[0].text.includes("has no second derivative");
  };
  expect(await hasRules("init, layerNorm, nn, optim")).toBe(false);
  expect(await hasRules("init, grad")).toBe(true);
});

test("sizes stay within their budgets", async () => {
  const rows = await sizes(root);
  console.log(`\n${sizeTable(rows)}`);
  const gzip = (what: string) => rows.find((row) => row.what.startsWith(what))?.gzip ?? Infinity;
  // Other libraries: 144 KB (jax-js, without models) and more. Second derivatives are 7 KB of it.
  expect(gzip("everything")).toBeLessThan(170_000);
  for (const name of ["simd", "relaxed", "simd-threads", "relaxed-threads"])
    expect(gzip(`${name}.wasm`)).toBeLessThan(38_000);
  // One op needs runtime, tensor and tape, but no layers, optimisers or other ops.
  expect(gzip("the same on an edge host")).toBeLessThan(14_000);
  expect(gzip("`import { init, layerNorm }`")).toBeLessThan(68_000);
});
