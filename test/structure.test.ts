import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const files = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => join(folder, file));

const importsOf = (file: string) =>
  [
    ...readFileSync(join(root, file), "utf8").matchAll(
      /^(?:import|export)\b[^;]*?from "([^"]+)"/gm,
    ),
  ].map((match) => match[1]);

const targetOf = (file: string, specifier: string) => {
  const target = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts");
  return existsSync(join(root, `${target}x`)) ? `${target}x` : target;
};

/** Each layer may import itself and the layers before it. data, io and optim stand beside ops and nn. */
const order = [
  "host-types.ts",
  "portable-math.ts",
  "options.ts",
  "numbers.ts",
  "shape.ts",
  "format.ts",
  "dtype.ts",
  "scope.ts",
  "runtime",
  "call.ts",
  "storage.ts",
  "tensor.ts",
  "saved.ts",
  "autograd.ts",
  "process-group.ts",
  "random.ts",
  "ops",
  "grad",
  "io",
  "optim",
  "nn",
  "namespaces.ts",
  "data",
  "models",
  "files",
  "experiments",
  "show",
  "text",
  "page",
  "distributed",
  "cli",
];
const layerOf = (file: string) => file.split("/")[1];

describe("src", () => {
  test.each(files("src").filter((file) => file !== "src/index.ts"))(
    "%s imports only earlier layers",
    (file) => {
      for (const specifier of importsOf(file).filter((s) => s.startsWith("."))) {
        const target = targetOf(file, specifier);
        if (target.startsWith("build/") || target === "package.json") continue;
        const [from, to] = [layerOf(file), layerOf(target)].map((layer) => order.indexOf(layer));
        expect(from, file).toBeGreaterThanOrEqual(0);
        expect(to, `${file} imports ${target}`).toBeGreaterThanOrEqual(0);
        expect(to, `${file} imports ${target}`).toBeLessThanOrEqual(from);
      }
    },
  );

  test.each(files("src").filter((file) => !/^src\/(cli|page)\//.test(file)))(
    "%s imports no package and no node: module; src/files has fflate bundled",
    (file) => {
      const packages = importsOf(file).filter((specifier) => !specifier.startsWith("."));
      expect(packages.filter((name) => !(name === "fflate" && /^src\/files\//.test(file)))).toEqual(
        [],
      );
    },
  );
});

/** With an index in between, a bundler that splits loads every layer that any part of the page uses at its start. */
test.each(files("src").filter((file) => /^src\/(models|data|experiments|page)\//.test(file)))(
  "%s imports layers and ops from the files that they are in",
  (file) => {
    const folders = importsOf(file).map((specifier) => targetOf(file, specifier));
    expect(folders.filter((target) => /^src\/(ops|nn|optim)\/index/.test(target))).toEqual([]);
  },
);

/** The formatter breaks code at 100 characters; comments and texts are broken by hand. */
test("lines have 120 characters at most", () => {
  const list = execFileSync("git", ["ls-files", "*.ts", "*.tsx", "*.mjs"], {
    cwd: root,
    encoding: "utf8",
  });
  const long = list
    .trim()
    .split("\n")
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, i) => ([...line].length > 120 ? [`${file}:${i + 1}`] : [])),
    );
  expect(long).toEqual([]);
});

/** A name that is glued together could be any kernel's: the compiler cannot hold its arguments to it. */
test("kernels are named by literals", () => {
  for (const file of files("src/ops").concat(files("src/optim")))
    expect(readFileSync(join(root, file), "utf8"), file).not.toMatch(/\brun\(\s*(`|"\w*"\s*\+)/);
});

/** Experiments run in workers and on servers, and their results are shown in more than one place. */
describe("experiments and what they are shown with know no document", () => {
  test.each(["experiments", "show", "text"].flatMap((folder) => files(`src/${folder}`)))(
    "%s",
    (file) => {
      const source = readFileSync(join(root, file), "utf8").replace(
        /\/\*\*[\s\S]*?\*\/|\/\/.*/g,
        "",
      );
      expect(source).not.toMatch(/\b(document|navigator|localStorage|process)\./);
      expect(source).not.toMatch(/\b(HTML|SVG)\w*Element\b/);
    },
  );
});

/** Whoever computes with a group takes it as an argument: browsers have none. */
test.each(["experiments", "show", "text", "page"].flatMap((folder) => files(`src/${folder}`)))(
  "%s does without src/distributed",
  (file) => {
    const targets = importsOf(file).filter((specifier) => specifier.includes("/distributed/"));
    expect(targets).toEqual([]);
  },
);

/** The page is no part of the command, and the command is no part of the page. */
test.each(files("src/cli"))("%s does without the page", (file) => {
  const targets = importsOf(file)
    .filter((s) => s.startsWith("."))
    .map((s) => targetOf(file, s));
  expect(targets.filter((target) => target.startsWith("src/page/"))).toEqual([]);
});

/** What computes knows no document and no framework: it runs in workers, and in Node for tests. */
test.each(files("src/page/engine").filter((file) => !/\/(client|engine)\.ts$/.test(file)))(
  "%s imports neither the page nor a package",
  (file) => {
    for (const specifier of importsOf(file)) {
      expect(specifier).toMatch(/^\./);
      expect(targetOf(file, specifier)).not.toMatch(/src\/page\/(sections|parts|text|model)/);
    }
  },
);

/** Engines compute some functions in different ways, so that their results would not have the same bits everywhere. */
describe("the library leaves no function to the engine that engines compute differently", () => {
  const folders = ["ops", "optim", "nn", "data", "io", "models", "files", "runtime"].map(
    (f) => `src/${f}/`,
  );
  const library = files("src").filter(
    (file) => file.split("/").length === 2 || folders.some((folder) => file.startsWith(folder)),
  );
  test.each(library)("%s", (file) => {
    const source = readFileSync(join(root, file), "utf8").replace(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(source).not.toMatch(
      /Math\.(a?(sin|cos|tan)h?|atan2|exp|expm1|log(2|10|1p)?|pow|cbrt|hypot)\b/,
    );
    // x ** 2 is x·x in each engine, and powers of 2 or 10 are exact
    expect(source).not.toMatch(/[\w)\]] \*\* (?!2\b)(?<!\b(2|10)n? \*\* )/);
  });
});

/** After a read of `data` a tensor may be written at any time, so its packed form is never kept again. */
describe("the library reads tensors by `elements`", () => {
  test.each(["ops", "optim", "nn"].flatMap((folder) => files(`src/${folder}`)))("%s", (file) => {
    const source = readFileSync(join(root, file), "utf8").replace(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(source).not.toMatch(/\.data\b|\{ data \}/);
  });
});

/**
 * The rooms of src/ops and of assembly. Each room may use the rooms before it, and files outside of all rooms: src/ops
 * itself and assembly/lib.
 */
const rooms = ["lib", "shape", "elementwise", "reduce", "product", "conv", "norm", "optim"];

describe.each(["src/ops", "assembly"])("the rooms of %s", (home) => {
  const roomOf = (path: string) =>
    path
      .slice(home.length + 1)
      .split("/")
      .at(-2) ?? "lib";
  test.each(files(home).filter((file) => !file.endsWith("index.ts")))(
    "%s imports its own room and earlier ones",
    (file) => {
      const room = rooms.indexOf(roomOf(file));
      expect(room, file).toBeGreaterThanOrEqual(0);
      const targets = importsOf(file).map((specifier) => targetOf(file, specifier));
      for (const target of targets.filter((path) => path.startsWith(`${home}/`)))
        expect(rooms.indexOf(roomOf(target)), target).toBeLessThanOrEqual(room);
    },
  );
});

describe("assembly", () => {
  test("every kernel file is in the table of contents", () => {
    const listed = importsOf("assembly/index.ts").map(
      (specifier) => `${targetOf("assembly/index.ts", specifier)}.ts`,
    );
    const kernels = files("assembly").filter((file) => !/assembly\/(lib\/|index)/.test(file));
    const reached = new Set([
      ...listed,
      ...listed.flatMap((file) => importsOf(file).map((s) => `${targetOf(file, s)}.ts`)),
    ]);
    expect(kernels.filter((file) => !reached.has(file))).toEqual([]);
  });

  test("keeps no state: no module-level let or var", () => {
    for (const file of files("assembly")) {
      expect(readFileSync(join(root, file), "utf8"), file).not.toMatch(/^(export )?(let|var) /m);
    }
  });

  test("brings no tables: where the optimiser does not remove them, they lie over the memory of the host", () => {
    for (const file of files("assembly")) {
      const source = readFileSync(join(root, file), "utf8").replace(
        /\/\*\*[\s\S]*?\*\/|\/\/.*/g,
        "",
      );
      expect(source, file).not.toMatch(/\*\*|Math\.(pow|exp|log|sin|cos|tan)/);
    }
  });
});
