// The lists that tests go through are complete: what is exported stands in each, and each says what is missing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { normTable } from "../src/nn/index.js";
import * as ops from "../src/ops/index.js";
import { cases as fuzzCases } from "./fuzz/cases/index.js";
import { elsewhere, layers } from "./fuzz/methods.js";
import { opCases, opNames } from "./ops/cases.js";
import { direct, turned } from "./ops/layout-cases.js";
import { table } from "./ops/saved-cases.js";

const root = resolve(import.meta.dirname, "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

const functions = Object.entries(ops)
  .filter(([, value]) => typeof value === "function")
  .map(([name]) => name);
const firstWord = (name: string) => name.split(/[ ,]/)[0];
const missing = (list: Iterable<string>, names: readonly string[]) => {
  const known = new Set([...list].map(firstWord));
  return names.filter((name) => !known.has(name));
};

/** Operations by the file of src/ops/norm that has them. */
const room = readdirSync(join(root, "src/ops/norm")).map((file) => {
  const source = read("src/ops/norm", file);
  const names = [...source.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  return { source, names: names.filter((name) => name in ops) };
});

test("operations have a case in test/ops/cases.ts", () => {
  expect(missing(Object.keys(opCases), opNames), "need a case there").toEqual([]);
});

test("operations have a row in test/ops/saved-cases.ts", () => {
  const recording = functions.filter((name) => name !== "weightLengths");
  expect(
    missing(
      table.map(([name]) => name),
      recording,
    ),
    "need a row there",
  ).toEqual([]);
  expect(
    missing(
      functions,
      table.map(([name]) => firstWord(name)),
    ),
    "are no operations",
  ).toEqual([]);
});

test("operations have a case for npm run fuzz in test/fuzz/cases", () => {
  expect(missing(Object.keys(fuzzCases), Object.keys(ops)), "need a case there").toEqual([]);
  expect(
    missing(Object.keys(ops), Object.keys(fuzzCases).map(firstWord)),
    "are no operations",
  ).toEqual([]);
});

test("methods of the norm table have a layer in test/fuzz/methods.ts, or it says which case has them", () => {
  const made = normTable.filter(({ make }) => make).map(({ name }) => name);
  expect(Object.keys(layers), "as in the norm table, in its order").toEqual(made);
  const others = normTable.filter(({ make }) => !make).map(({ name }) => name);
  expect(Object.keys(elsewhere), "as in the norm table, in its order").toEqual(others);
  for (const place of Object.values(elsewhere).flat())
    expect(place in fuzzCases || existsSync(join(root, place)), place).toBe(true);
});

/** Norms of two inputs or of several parts: test/ops/norm/layout.test.ts turns these itself. */
const TURNED_THERE = ["adaIN", "momentShortcut", "syncBatchNorm"];

test("norms with a layout have a row in test/ops/layout-cases.ts", () => {
  const laidOut = room.filter(({ source }) => /extends [^{]*LayoutOptions/.test(source));
  const names = laidOut.flatMap(({ names }) => names);
  expect(names.length).toBeGreaterThan(20);
  const rows = [...Object.keys({ ...direct, ...turned }), ...TURNED_THERE];
  expect(missing(rows, names), "need a row there").toEqual([]);
});

/** A sum and a norm: test/ops/elementwise/activation.test.ts compares them with the two steps. */
const OF_TWO_STEPS = ["addLayerNorm", "addRMSNorm"];

test("norms are compared with an oracle of test/reference in test/ops/norm", () => {
  const tests = readdirSync(join(root, "test/ops/norm"))
    .map((file) => read("test/ops/norm", file))
    .filter((source) => /from "[./]*reference\//.test(source))
    .join("");
  const names = room.flatMap(({ names }) => names).filter((name) => !OF_TWO_STEPS.includes(name));
  expect(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests)),
    "need an oracle, and a test that uses it",
  ).toEqual([]);
});
