import { build } from "esbuild";
import { expect, test } from "vitest";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";

const rows = methodDescriptions.flatMap(({ methods }) => methods);

test("the descriptions load no layer, and no code at all but themselves", async () => {
  const { metafile } = await build({
    entryPoints: ["src/experiments/methods/descriptions.ts"],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
  });
  const files = Object.keys(metafile.inputs);
  expect(files.filter((file) => !file.startsWith("src/experiments/methods/"))).toEqual([]);
});

test("a bundle that does not use them does without them", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { setIndex } from "./sets.js"; import "./methods/descriptions.js";',
      resolveDir: "src/experiments",
    },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
  });
  expect(outputFiles[0].text).not.toContain("Ioffe");
});

/** What Temml and MathML in Chromium, which has no mathematics font, are both good for. */
const known = new Set(
  (
    "alpha beta gamma varepsilon mu rho sigma tau varphi Sigma frac sqrt sum mathrm max min tanh Vert leftarrow " +
    "quad"
  ).split(" "),
);

test.each(rows.map(({ name, tex }) => [name, tex] as const))("the TeX of %s", (_, tex) => {
  expect([...tex.matchAll(/\\([A-Za-z]+)/g)].filter(([, word]) => !known.has(word))).toEqual([]);
  for (const [open, close] of ["{}", "()"]) {
    let depth = 0;
    for (const c of tex) {
      depth += c === open ? 1 : c === close ? -1 : 0;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  }
});
