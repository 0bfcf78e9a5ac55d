// Every program in the README is run as it stands, and must print what the README says.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const shown = [...readme.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

test("there are programs with their output", () => {
  expect(shown.length).toBeGreaterThanOrEqual(3);
});

test.each(shown.map(([, program, output]) => [program, output]))(
  "%s",
  (program, output) => {
    const folder = mkdtempSync(join(tmpdir(), "evenkeel-readme-"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/evenkeel"), "junction");
    const file = join(folder, program.includes("require(") ? "program.cjs" : "program.mjs");
    writeFileSync(file, program);
    const { stdout, stderr } = spawnSync(process.execPath, [file], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(output);
    rmSync(folder, { recursive: true });
  },
  60_000,
);
