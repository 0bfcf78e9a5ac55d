// What the pages of the repository say of each other and of its files: links, commands, copies, lengths.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { digest } from "../bench/peers/digest.mjs";

const root = resolve(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const homes = [".github", "assembly", "bench", "src", "test"];
const pages = [
  "README.md",
  "CHANGELOG.md",
  ...homes.flatMap((home) =>
    readdirSync(join(root, home), { recursive: true, encoding: "utf8" })
      .map((path) => join(home, path))
      .filter((path) => path.endsWith(".md") && !/node_modules|[\\/]build[\\/]/.test(path)),
  ),
];

/** What stands between a page's marks. */
const between = (page: string, name: string) =>
  text(page).split(new RegExp(`<!-- ${name}:(?:begin|end) -->\n+`))[1];

/** How a heading is called in links. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

describe.each(pages)("%s", (page) => {
  test("links to files and headings that are there", () => {
    for (const [, link] of text(page).matchAll(/\]\((?!https?:)([^)]*)\)/g)) {
      const [path, fragment] = link.split("#");
      const target = path ? join(dirname(page), path) : page;
      expect(existsSync(join(root, target)), link).toBe(true);
      const headings = [...text(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        anchor(heading),
      );
      if (fragment) expect(headings, link).toContain(fragment);
    }
  });

  test("names commands that package.json has", () => {
    const { scripts } = JSON.parse(text("package.json"));
    for (const [, name] of text(page).matchAll(/npm run ([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  test("has no line of more than 160 characters but in tables and what scripts write", () => {
    const written = text(page).replace(/<!-- (\w+):begin -->[\s\S]*?<!-- \1:end -->/g, "");
    const lines = written.split("\n").filter((line) => !line.startsWith("|"));
    expect(lines.filter((line) => line.length > 160)).toEqual([]);
  });
});

test.each([
  ["README.md", ["figures"]],
  ["bench/README.md", ["bench", "peers"]],
  ["src/experiments/methods/README.md", ["methods"]],
  ["test/platform/README.md", ["platforms", "sizes", "edge"]],
])("%s has the marks that scripts write between: %j", (page, names) => {
  for (const name of names) expect(between(page, name)?.trim(), name).toBeTruthy();
});

test("the README is a first meeting: 14 KB", () => {
  expect(Buffer.byteLength(text("README.md"))).toBeLessThanOrEqual(14_000);
});

test("the README's figures are those of bench/README.md: npm run bench:peers -- --readme", () => {
  expect(between("README.md", "figures").trim()).toBe(
    digest(between("bench/README.md", "peers")).trim(),
  );
});

test("the example of an edge Worker is the file that is tested: npm run test:platforms -- --readme", () => {
  expect(between("test/platform/README.md", "edge").trim()).toBe(
    `\`\`\`js\n${text("test/platform/edge/worker.js")}\`\`\``,
  );
});

test("the oldest browsers that are named are the same wherever they are", () => {
  const files = [
    ...["en", "zh"].flatMap((language) => [
      `src/page/text/${language}/common.ts`,
      `src/page/manual/${language}/in-a-page.md`,
    ]),
    "src/runtime/create-runtime.ts",
  ];
  for (const file of files)
    expect(text(file).match(/(Chrome|Firefox|Safari) [\d.]+/g), file).toEqual([
      "Chrome 110",
      "Firefox 115",
      "Safari 16.4",
    ]);
});
