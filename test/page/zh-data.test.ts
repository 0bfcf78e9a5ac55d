// The Chinese of the texts in src/experiments, text by text beside the English.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROCEDURAL_CLASSES } from "../../src/data/procedural.js";
import { everyAdvice } from "../../src/experiments/choose.js";
import type { CompareResult } from "../../src/experiments/compare-types.js";
import * as english from "../../src/experiments/corrections.js";
import { disturbances, parts } from "../../src/experiments/influence.js";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";
import type { StyleResult } from "../../src/experiments/style.js";
import type { TransformerResult } from "../../src/experiments/transformer.js";
import {
  compareTruths,
  styleTruths,
  transformerTruths,
  truthIds,
} from "../../src/experiments/truths.js";
import { en } from "../../src/page/text/en/index.js";
import { en as enLab } from "../../src/page/text/en/lab/index.js";
import { zh } from "../../src/page/text/zh/index.js";
import { disturbanceTitles, influenceCell } from "../../src/show/influence.js";
import { adviceKey, labelKey } from "../../src/text/keys.js";
import { articles, corrections } from "../../src/text/zh/corrections.js";
import * as influence from "../../src/text/zh/influence.js";
import { families, methods } from "../../src/text/zh/methods.js";
import { advice, asks, labels, whys } from "../../src/text/zh/tree.js";
import { truths } from "../../src/text/zh/truths.js";

type Texts = Readonly<Record<string, string>>;
interface Pair {
  at: string;
  en: string;
  zh: string;
}

const pair = (at: string, en: string, zh = ""): Pair => ({ at, en, zh });
const pairsOf = (at: string, en: Texts, zh: Texts): Pair[] =>
  Object.keys(en).map((key) => pair(`${at} ${key}`, en[key], zh[key]));

const rows = methodDescriptions.flatMap((family) => family.methods);
const ends = everyAdvice();
const steps = ends.flatMap(({ path }) => path);

/** Results that bring every claim. */
const runs = <T>(made: readonly T[]) => [0, 1].flatMap((seed) => made.map((m) => ({ ...m, seed })));
const compared = {
  config: { norms: ["bn", "gn", "ln"], seeds: 2 },
  runs: runs(
    ["bn", "gn", "ln"].map((norm) => ({
      norm,
      losses: [2.3],
      testAccuracy: 0.5,
      batch1: { trainAccuracy: 0.5 },
    })),
  ),
} as unknown as CompareResult;
const transformed = (warmup: number) =>
  ({
    config: { seeds: 2, warmup },
    runs: runs(
      ["pre-ln", "post-ln"].map((variant) => ({ variant, gradientNorms: [1, 2], heldOut: 3 })),
    ),
  }) as unknown as TransformerResult;
const styled = {
  config: { seeds: 2 },
  runs: runs(["in", "bn"].map((norm) => ({ norm, final: { style: 1 } }))),
} as unknown as StyleResult;
const claims = [
  ...compareTruths(compared),
  ...transformerTruths(transformed(0)),
  ...transformerTruths(transformed(10)).slice(2),
  ...styleTruths(styled),
];

const textsOf = ({ title, statistics, learned, defaults }: (typeof rows)[number]) => ({
  title,
  statistics,
  learned,
  defaults,
});

const pairs = [
  ...methodDescriptions.map(({ name, title }) => pair(`family ${name}`, title, families[name])),
  ...rows.flatMap((row) => pairsOf(row.name, textsOf(row), { ...methods[row.name] })),
  ...steps.flatMap(({ question, branch }) => [
    pair(question.answer, question.ask, asks[question.answer]),
    pair(labelKey(question, branch), branch.label, labels[labelKey(question, branch)]),
  ]),
  ...ends.flatMap(({ path }) =>
    path.map(({ branch }, i) => {
      const key = adviceKey(path.slice(0, i + 1));
      return pair(key, branch.why, whys[key]);
    }),
  ),
  ...ends.flatMap(({ path, advice: { norm, reason, caveat } }) =>
    pairsOf(adviceKey(path), { norm, reason, caveat }, { ...advice[adviceKey(path)] }),
  ),
  ...pairsOf("article", english.articles, articles),
  ...english.corrections.flatMap(({ id, claim, truth }) =>
    pairsOf(id, { claim, truth }, { ...corrections[id] }),
  ),
  ...pairsOf("disturbance", disturbanceTitles, influence.disturbances),
  ...parts.map((part) => pair(`part ${part}`, part, influence.parts[part])),
  pair("head", en.influence.words.shift, influence.words.shift),
  pair("head", en.influence.words.scale, influence.words.scale),
  pair("cell", influenceCell({ own: null, others: null }), influence.words.refused),
  ...claims.map(({ id, claim }) => pair(`truth ${id}`, claim, truths[id])),
];

/** Such as "γ, β [C]". */
const formula = (text: string) =>
  !/[a-z]{2}|\p{Script=Han}/iu.test(text.replaceAll(/log|fanIn|ScaledStdConv2d/g, ""));

test("everything has Chinese text; formulas alone stay as they are", () => {
  const faults = pairs.filter(({ en, zh }) =>
    formula(en) ? !zh !== !en : !/\p{Script=Han}/u.test(zh),
  );
  expect(faults).toEqual([]);
});

test("who a method is by is a name, which needs no translation", () => {
  const by = rows.flatMap(({ paper }) => (paper ? [paper.by] : []));
  expect(by.filter((name) => /\b(?!de |et al)[a-z]+ |'s /.test(name))).toEqual([]);
});

test("no key is spare", () => {
  const keys = (texts: object, names: readonly string[]) =>
    expect(Object.keys(texts).sort()).toEqual([...new Set(names)].sort());
  keys(
    families,
    methodDescriptions.map(({ name }) => name),
  );
  keys(
    methods,
    rows.map(({ name }) => name),
  );
  keys(
    asks,
    steps.map(({ question }) => question.answer),
  );
  keys(
    labels,
    steps.map(({ question, branch }) => labelKey(question, branch)),
  );
  keys(
    whys,
    ends.flatMap(({ path }) => path.map((_, i) => adviceKey(path.slice(0, i + 1)))),
  );
  keys(
    advice,
    ends.map(({ path }) => adviceKey(path)),
  );
  keys(articles, Object.keys(english.articles));
  keys(
    corrections,
    english.corrections.map(({ id }) => id),
  );
  keys(influence.disturbances, disturbances);
  keys(influence.parts, parts);
  keys(truths, truthIds);
  expect(claims.map(({ id }) => id)).toEqual(truthIds);
});

test("each end of the tree has a key of its own", () => {
  expect(new Set(ends.map(({ path }) => adviceKey(path))).size).toBe(ends.length);
  expect(ends.map(({ path }) => adviceKey(path))).toContain("task.vision/batch.16/shift.no");
});

const numbers = (text: string) => text.match(/\d+(?:[.,]\d+)*(?:e-\d+)?/g) ?? [];
const symbols = (text: string) => text.match(/[\p{Script=Greek}√‖·×±÷≤−%²³⁻₂]/gu) ?? [];
const shapes = (text: string) => (text.match(/\[[^\]]*\]/g) ?? []).filter(formula);
/** N, GAN, PyTorch, arXiv; not the words of a sentence. */
const names = (text: string) => text.match(/\b(?![AI]\b)[A-Z]\b|\b\w*[\da-zA-Z][A-Z]\w*/g) ?? [];

/** Names of methods that the Chinese ones translate. */
const translated = /^(FiLM|SPADE|ScaleNorm|LayerScale|EvoNorm|adaLN-Zero)|\bRMS norm/i;

test("numbers, symbols, shapes and names of code are those of the English text", () => {
  const marks = (text: string) => [...numbers(text), ...symbols(text), ...shapes(text)].sort();
  for (const { at, en, zh } of pairs) {
    expect(marks(zh), at).toEqual(marks(en));
    const lacking = names(en.replace(translated, "")).filter((name) => !zh.includes(name));
    expect(lacking, at).toEqual([]);
  }
});

test("what is the same in English is the same in Chinese", () => {
  const known = new Map(pairs.map(({ en, zh }) => [en, zh]));
  expect(pairs.filter(({ en, zh }) => known.get(en) !== zh)).toEqual([]);
});

test("punctuation is full-width, and a space stands between Chinese and anything else", () => {
  const wrong = [
    /\p{Script=Han}[,.;:?!()]|[,;:?!()]\p{Script=Han}/u,
    /\p{Script=Han}[\w\p{Script=Greek}]|[\w%\p{Script=Greek}]\p{Script=Han}/u,
    / [，。；：、？（）]|[，。；：、？（）] | {2}|^ | $/u,
  ];
  const faults = pairs.filter(({ zh }) => {
    const text = zh.replaceAll(/\[[^\]]*\]/g, "[]");
    return wrong.some((pattern) => pattern.test(text));
  });
  expect(faults).toEqual([]);
});

/** The page's source without its texts. */
const source = readdirSync("src/page", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/^text[\\/]/.test(file))
  .map((file) => readFileSync(join("src/page", file), "utf8"))
  .join("\n");

/** Whether a text is read: as a property, by destructuring, or with all of its kind by a computed name. */
const isRead = (kind: string, key: string) =>
  new RegExp(`\\.${key}\\b|[{,]\\s*${key}\\s*[,}]|\\b${kind}\\[`).test(source);

test("no text is unused", () => {
  const unused = (kind: string, texts: object): string[] =>
    Object.entries(texts).flatMap(([key, text]) => {
      const isText = typeof text !== "object" || Array.isArray(text);
      if (isText) return isRead(kind, key) ? [] : [`${kind}.${key}`];
      return isRead(kind, key) ? unused(key, text) : [`${kind}.${key}`];
    });
  const { common, see, breakIt, train, choose, influence: words } = en;
  const { corrections: _, common: __, ...lab } = enLab;
  const all = { common, see, breakIt, train, choose, influence: words, ...lab };
  expect(Object.entries(all).flatMap(([name, texts]) => unused(name, texts))).toEqual([]);
});

test("the classes of drawn pictures are those of the data, and each has a name in both languages", () => {
  expect(en.train.classes.drawn).toEqual(PROCEDURAL_CLASSES);
  for (const classes of [zh.train.classes.drawn, zh.train.classes.cifar])
    expect(classes).toHaveLength(10);
});
