// npm run dev waits for edits and runs the nearest tests of each edited file, as related.mjs finds them. Kernels are
// compiled without the optimiser, which gives the same bits in much less time. `a` runs all tests, `q` quits.
import { relative } from "node:path";
import { startVitest } from "vitest/node";
import { testsOf } from "./related.mjs";
import { binary, buildBinaries } from "./wasm.mjs";

process.env.EVENKEEL_QUICK_KERNELS = "1"; // the configuration builds kernels in this mode too
const vitest = await startVitest("test", [], {
  root: ".",
  config: "test/vitest.config.ts",
  watch: true,
  standalone: true,
  maxWorkers: 2, // the default in watch mode is half of the cores
  // nobody imports a kernel: `rebuild` finds the tests of kernels
  watchTriggerPatterns: [{ pattern: /\/(src|test)\/.*\.ts$/, testsToRun: (file) => testsOf(file) }],
});

/** Edited kernels whose tests must still run. */
const edited = new Set();
/** Kernels that were edited before a compile error. Their tests run once it is mended. */
const broken = new Set();
/** Tests to run with the kernels as they are now. */
const waiting = new Set();
let rebuilding = false;

/** Compiles the kernels and runs the tests of the edited ones. It repeats this if there were edits meanwhile. */
async function rebuild() {
  if (rebuilding) return;
  rebuilding = true;
  while (edited.size > 0) {
    const files = [...edited];
    edited.clear();
    try {
      const start = performance.now();
      await buildBinaries(undefined, { quick: true });
      console.log(`kernels compiled in ${((performance.now() - start) / 1000).toFixed(1)} s`);
      for (const name of ["simd.wasm", "relaxed.patch"]) vitest.invalidateFile(binary(name));
      for (const file of files) broken.add(file);
      for (const test of [...broken].flatMap(testsOf)) waiting.add(test);
      broken.clear();
      await runTests();
    } catch (error) {
      console.error(error.message);
      for (const file of files) broken.add(file);
    }
  }
  rebuilding = false;
}

async function runTests() {
  const specifications = [...waiting].flatMap((test) =>
    vitest.getModuleSpecifications(`${vitest.config.root}/${test}`),
  );
  waiting.clear();
  if (specifications.length > 0) await vitest.rerunTestSpecifications(specifications);
}

vitest.vite.watcher.on("all", (_event, path) => {
  const file = relative(vitest.config.root, path);
  if (!/^assembly[\\/].*\.ts$/.test(file)) return;
  edited.add(file);
  rebuild();
});
