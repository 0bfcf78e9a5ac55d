// Every program in the README and in the guides is run as it stands, and must print what stands below it.
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const shown = (text: string) => [
  ...text.matchAll(/```js\n((?:(?!```)[\s\S])*)```\n\n```text\n([\s\S]*?)```/g),
];

/** What a program prints, in an empty folder where the package is installed. */
function outputOf(program: string) {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-document-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/evenkeel"), "junction");
  const file = join(folder, program.includes("require(") ? "program.cjs" : "program.mjs");
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return { stdout, stderr };
}

const manual = "src/page/manual";
const guides = readdirSync(join(root, manual, "en"));
const documents = ["README.md", ...guides.map((guide) => `${manual}/en/${guide}`)];

describe.each(documents)("%s", (document) => {
  const programs = shown(read(document));

  test("has programs with their output", () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  test.each(programs.map(([, program, output]) => [program, output]))(
    "%s",
    (program, output) => {
      expect(outputOf(program)).toEqual({ stdout: output, stderr: "" });
    },
    60_000,
  );
});

describe("the guides in Chinese", () => {
  test("are as many", () => {
    expect(readdirSync(join(root, manual, "zh"))).toEqual(guides);
  });

  /** Programs, and how deep the headings are. */
  const fixed = (text: string) => [...text.matchAll(/```\w+\n[\s\S]*?```|^#+(?= )/gm)].map(String);

  test.each(guides)("%s has the same programs and sections", (guide) => {
    expect(fixed(read(`${manual}/zh/${guide}`))).toEqual(fixed(read(`${manual}/en/${guide}`)));
  });
});
