import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { batchNormSets } from "./reference/batch-norm.js";
import { groupNormSets } from "./reference/group-norm.js";
import { instanceNormSets } from "./reference/instance-norm.js";
import { rowSets } from "./reference/layer-norm.js";
import { backward, forward, type Options, type Sets } from "./reference/sets.js";

const shape = [2, 6, 3, 3];
const size = 108;
const eps = 1e-5;
const cases: Record<string, { sets: Sets; centre?: boolean }> = {
  batchNorm: { sets: batchNormSets(shape) },
  instanceNorm: { sets: instanceNormSets(shape) },
  groupNorm: { sets: groupNormSets(shape, 3) },
  layerNorm: { sets: rowSets(size, 9) },
  rmsNorm: { sets: rowSets(size, 9), centre: false },
};

const FACTOR = 1664525;
const INCREMENT = 1013904223;

/** The generator of test/platform/program.js. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, FACTOR) + INCREMENT) | 0;
    return (state >> 8) / 2 ** 23;
  });
}

const digits = (values: Float64Array) => Array.from(values, (v) => Number(v.toFixed(8)));

test("the values every platform is checked against are those of the float64 oracle (update: vitest -u)", async () => {
  const golden = Object.fromEntries(
    Object.entries(cases).map(([name, { sets, centre = true }]) => {
      const [x, weight, dy] = [numbers(size, 1), numbers(sets.parameters, 2), numbers(size, 4)];
      const options: Options = { weight, eps, centre };
      if (centre) options.bias = numbers(sets.parameters, 3);
      const { dx, dweight, dbias } = backward(x, dy, sets, options);
      const values = { y: forward(x, sets, options), dx, dweight, ...(centre ? { dbias } : {}) };
      return [name, Object.fromEntries(Object.entries(values).map(([k, v]) => [k, digits(v)]))];
    }),
  );
  const lines = Object.entries(golden).map(([name, values]) => {
    const rows = Object.entries(values).map(([what, v]) => `    ${what}: [${v.join(", ")}],\n`);
    return `  ${name}: {\n${rows.join("")}  },\n`;
  });
  await expect(
    `// Made by test/platform.test.ts from the float64 oracle in test/reference.\n` +
      `export const golden = {\n${lines.join("")}};\n`,
  ).toMatchFileSnapshot("./platform/golden.js");
});

test("the platforms' program still draws the numbers the golden values are made from", () => {
  const program = readFileSync(new URL("./platform/program.js", import.meta.url), "utf8");
  expect(program).toContain(`Math.imul(state, ${FACTOR}) + ${INCREMENT}`);
});

describe("the platforms' program passes on this machine's Node (all others: npm run test:platforms)", () => {
  const root = resolve(import.meta.dirname, "..");
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-platform-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/evenkeel"), "junction");
  for (const file of ["program.js", "golden.js", "runtimes/process.mjs"])
    copyFileSync(join(root, "test/platform", file), join(folder, file.split("/").at(-1) as string));
  copyFileSync(join(root, "test/platform/package.json"), join(folder, "package.json"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([1, 2, 3])("with %i threads", (threads) => {
    const args = [...process.execArgv, join(folder, "process.mjs"), String(threads)];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    // a kernel that adds in another order changes the hash: then commit the new one in program.js
    expect(report.failures).toEqual([]);
    expect(report.threads).toBe(threads);
  });
});
