import { describe, expect, test } from "vitest";
import { truthsSection, truthsText } from "../../src/cli/report/truths.js";
import { en } from "../../src/cli/text/en/index.js";
import type { CompareResult } from "../../src/experiments/compare.js";
import type { StyleResult } from "../../src/experiments/style.js";
import type { TransformerResult } from "../../src/experiments/transformer.js";
import { compareTruths, styleTruths, transformerTruths } from "../../src/experiments/truths.js";

interface Made {
  first?: number;
  accuracy: number[];
  single: (number | null)[];
}

/** One entry of `accuracy` and `single` a seed. */
function compared(norms: Record<string, Made>, seeds = 2): CompareResult {
  const runs = Object.entries(norms).flatMap(([norm, { first = 2.3, accuracy, single }]) =>
    accuracy.map((testAccuracy, seed) => ({
      norm,
      seed,
      losses: [first, 1],
      testAccuracy,
      batch1: { evalAccuracy: testAccuracy, trainAccuracy: single[seed], note: "" },
    })),
  );
  const config = { norms: Object.keys(norms), seeds };
  return { config, machine: {}, runs } as unknown as CompareResult;
}
const bn = { accuracy: [0.8, 0.82], single: [0.3, 0.4] };
const gn = { accuracy: [0.7, 0.72], single: [0.6, 0.6] };
const ln = { accuracy: [0.6, 0.7], single: [0.6, 0.6] };

describe("of compare", () => {
  test("hold where they do from every seed", () => {
    const truths = compareTruths(compared({ ln, bn, gn }));
    expect(truths.map(({ holds, holding, seeds }) => [holds, holding, seeds])).toEqual([
      [true, 2, 2],
      [true, 2, 2],
      [true, 2, 2],
    ]);
    expect(truths[1].figures.map(({ name }) => name)).toEqual(["bn", "gn", "ln"]);
    expect(truths[2].figures[0].spread.mean).toBeCloseTo(0.35, 12);
  });

  test("do not where one seed contradicts", () => {
    const far = { ...ln, first: 2.8, accuracy: [0.6, 0.73] };
    const truths = compareTruths(compared({ bn: { ...bn, single: [0.3, 0.56] }, gn, ln: far }));
    expect(truths.map(({ holds, holding }) => [holds, holding])).toEqual([
      [false, 0],
      [false, 1],
      [false, 1],
    ]);
  });

  test("are left out with one seed, without their norms, of stopped and of refused runs", () => {
    const one = { accuracy: [0.8], single: [0.3] };
    expect(compareTruths(compared({ bn: one, gn: one, ln: one }, 1))).toEqual([]);
    const claims = (made: Record<string, Made>) =>
      compareTruths(compared(made)).map(({ claim }) => claim.split(/[: ]/, 2).join(" "));
    expect(claims({ gn, ln })).toEqual(["The first"]);
    expect(claims({ bn: one, gn, ln })).toEqual([]);
    expect(claims({ bn: { ...bn, single: [null, null] }, gn })).toEqual(["The first"]);
    expect(claims({ bn, gn })).toEqual(["The first", "Trained one"]);
  });
});

test("of transformer: flat before the parts, steep behind the sums", () => {
  const made = (pre: number, post: number) =>
    ({
      config: { seeds: 2 },
      runs: [0, 1].flatMap((seed) => [
        { variant: "post-ln", seed, gradientNorms: [1, 9, post], heldOut: 3 },
        { variant: "pre-ln", seed, gradientNorms: [1, 9, pre], heldOut: 2 },
      ]),
    }) as unknown as TransformerResult;
  const holds = (pre: number, post: number) =>
    transformerTruths(made(pre, post)).map(({ holds }) => holds);
  expect(holds(0.6, 5)).toEqual([true, true, true]);
  expect(holds(1.9, 5)).toEqual([true, true, true]);
  expect(holds(0.4, 5)).toEqual([false, true, true]);
  expect(holds(1.6, 1.5)).toEqual([false, false, true]);
});

test("of style, and how they are told", () => {
  const made = (seeds: number, bn: number[]) =>
    ({
      config: { seeds },
      runs: Array.from({ length: seeds }, (_, seed) => [
        { norm: "in", seed, final: { style: 0.1, content: 1 } },
        { norm: "bn", seed, final: { style: bn[seed], content: 1 } },
      ]).flat(),
    }) as unknown as StyleResult;
  expect(truthsText(styleTruths(made(1, [0.2])), en)).toBe("");
  expect(truthsSection(styleTruths(made(1, [0.2])), en)).toEqual([]);
  expect(truthsText(styleTruths(made(2, [0.2, 0.4])), en)).toBe(
    "\n\nStyle loss: instance norm is below batch norm: holds (2 of 2 seeds); " +
      "instance norm 0.100 ± 0.000, batch norm 0.300 ± 0.141.",
  );
  const [{ html }] = truthsSection(styleTruths(made(2, [0.2, 0.1])), en);
  expect(html).toContain("<td>does not hold here (1 of 2 seeds)</td>");
});

test("a claim and its figures", () => {
  const figures = [{ name: "bn", spread: { mean: 0.712, deviation: 0.008, count: 3 } }];
  const truth = {
    id: "accuracyOrder",
    claim: "So",
    holds: false,
    holding: 2,
    seeds: 3,
    figures,
  } as const;
  const told = (unit: "%" | "") => truthsText([{ ...truth, unit }], en).trim();
  expect(told("%")).toBe("So: does not hold here (2 of 3 seeds); bn 71.2 ± 0.8 %.");
  expect(told("")).toBe("So: does not hold here (2 of 3 seeds); bn 0.712 ± 0.008.");
});
