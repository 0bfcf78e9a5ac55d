// node .build/wasm.mjs [simd | relaxed | here]… compiles the kernels into build/. All binaries that are older than
// their sources are compiled at the same time. `here` means what this Node can run. Without arguments both are made,
// and what is derived from both: the binaries for shared memory and the patch.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { patch } from "./patch.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
const stamps = join(root, "build/stamps.json");
/** The place of a file in build/. */
export const binary = (name) => join(root, `build/${name}`);

/** A module of src that imports nothing. */
async function importSource(file) {
  const { code } = await transform(readFileSync(join(root, file), "utf8"), { loader: "ts" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** A hash of everything that a binary is made from, and of the flags. */
function sourcesHash(flags) {
  const hash = createHash("sha256").update(flags);
  const sources = readdirSync(join(root, "assembly"), { recursive: true })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => join("assembly", file));
  for (const file of [...sources, "asconfig.json", "node_modules/assemblyscript/package.json"])
    hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

const failed = (name, output) => new Error(`${name}.wasm could not be compiled:\n${output}`);

/**
 * Runs asc to write the target of this name to `file`. Each run has its own process, so that several can run at once.
 */
export async function compile(name, file = binary(`${name}.wasm`)) {
  const unfinished = `${file}.${process.pid}`; // another process may be reading the file
  const args = [asc, "--target", name, "--outFile", unfinished];
  await promisify(execFile)(process.execPath, args, { cwd: root }).catch(({ stdout, stderr }) => {
    throw failed(name, stdout + stderr);
  });
  renameSync(unfinished, file);
}

const UNOPTIMISED = "-O0";

/**
 * Compiles without the optimiser and in this process: a second run of asc here takes a fifth of the time of the first
 * one.
 */
async function compileQuickly(name) {
  const { default: asc } = await import("assemblyscript/asc");
  const file = `build/${name}.wasm`;
  const args = ["--baseDir", root, "--target", name, "--outFile", file, UNOPTIMISED];
  const { error, stderr } = await asc.main(args);
  if (error) throw failed(name, stderr.toString());
}

/**
 * Brings build/ up to date: both variants and what is made from both, or only the named ones. `quick` is for tests
 * alone: outdated binaries are compiled without the optimiser, which gives the same bits. Every other build treats
 * these binaries as outdated.
 */
export async function buildBinaries(names = ["simd", "relaxed"], { quick = false } = {}) {
  mkdirSync(join(root, "build"), { recursive: true });
  const known = existsSync(stamps) ? JSON.parse(readFileSync(stamps, "utf8")) : {};
  const hashes = ["", ...(quick ? [UNOPTIMISED] : [])].map(sourcesHash);
  const stale = names.filter(
    (name) => !hashes.includes(known[name]) || !existsSync(binary(`${name}.wasm`)),
  );
  const patched = statSync(binary("relaxed.patch"), { throwIfNoEntry: false })?.size;
  if (stale.length > 0 || !patched) rmSync(binary("relaxed.patch"), { force: true });
  if (quick) for (const name of stale) await compileQuickly(name);
  else await Promise.all(stale.map((name) => compile(name)));
  for (const name of stale) known[name] = hashes.at(-1);
  writeFileSync(stamps, JSON.stringify(known));
  if (existsSync(binary("relaxed.patch"))) return;
  if (names.length === 2) await derive();
  else writeFileSync(binary("relaxed.patch"), ""); // the bundle has no patch then, and init says so if one is needed
}

/**
 * Makes the binaries for shared memory, which differ from the others in one byte, and the patch from the simd binary to
 * the relaxed one.
 */
async function derive() {
  const { asShared } = await importSource("src/runtime/shared.ts");
  const [simd, relaxed] = ["simd", "relaxed"].map((name) => readFileSync(binary(`${name}.wasm`)));
  writeFileSync(binary("simd-threads.wasm"), asShared(simd));
  writeFileSync(binary("relaxed-threads.wasm"), asShared(relaxed));
  writeFileSync(binary("relaxed.patch"), patch(simd, relaxed));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const { hasRelaxedSimd } = await importSource("src/runtime/features.ts");
  const here = hasRelaxedSimd() ? ["simd", "relaxed"] : ["simd"];
  await buildBinaries(names[0] === "here" ? here : names.length > 0 ? names : undefined);
}
