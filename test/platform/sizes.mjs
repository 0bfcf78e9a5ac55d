// What the package costs to send: its binaries, and bundles a user would make of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const bundles = {
  "`import { init, layerNorm }`": 'export { init, layerNorm } from "INDEX";',
  "the same on an edge host, without the binaries": 'export { init, layerNorm } from "EDGE";',
  "everything, models and data too":
    'export * from "INDEX"; export * from "MODELS"; export * from "DATA";',
};

async function bundle(text, dist) {
  const contents = text
    .replaceAll("INDEX", `${dist}/index.js`)
    .replaceAll("EDGE", `${dist}/edge/index.js`)
    .replaceAll("MODELS", `${dist}/models.js`)
    .replaceAll("DATA", `${dist}/data.js`);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dist },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    external: ["#kernels"],
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

/** Rows { what, bytes, gzip } for the package in `packageDir`, smallest things first. */
export async function sizes(packageDir) {
  const dist = join(packageDir, "dist").replaceAll("\\", "/");
  const row = (what, bytes) => ({
    what,
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
  });
  const binaries = ["simd", "relaxed", "simd-threads", "relaxed-threads"].map((name) =>
    row(`${name}.wasm`, readFileSync(join(dist, `${name}.wasm`))),
  );
  const rest = Object.entries(bundles).map(async ([what, text]) =>
    row(what, await bundle(text, dist)),
  );
  return [...binaries, ...(await Promise.all(rest))];
}

/** The rows as a Markdown table. */
export function sizeTable(rows) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const lines = rows.map(
    ({ what, bytes, gzip }) => `| ${what} | ${kilobytes(bytes)} | ${kilobytes(gzip)} |\n`,
  );
  return `| | minified | gzip |\n| --- | ---: | ---: |\n${lines.join("")}`;
}
