// node .build/page/make.mjs makes what `evenkeel page` needs, where it is missing or older than its sources.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** When the newest file of a folder was changed. */
const newest = (folder) =>
  Math.max(...readdirSync(folder, { recursive: true }).map((file) => time(join(folder, file))));

const node = (...args) => execFileSync(process.execPath, args, { stdio: "inherit" });

const start = performance.now();
node(".build/wasm.mjs", "simd");
const sources = Math.max(
  ...["src", ".build"].map(newest),
  ...["package.json", "package-lock.json", "build/simd.wasm"].map(time),
);
// index.html goes again where the page is larger than it may be
if (
  sources >
  Math.min(...["dist/cli.js", "dist/page/index.html", "dist/page/evenkeel.html"].map(time))
) {
  node(".build/bundle.mjs", "command");
  node(".build/page.mjs");
  console.log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
