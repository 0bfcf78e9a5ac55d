import { expect, test } from "vitest";
import { layersReport, layersText } from "../../src/cli/report/layers.js";
import { en } from "../../src/cli/text/en/index.js";
import { layers } from "../../src/experiments/layers.js";
import { momentsOf } from "../../src/experiments/moments.js";
import { setIndex } from "../../src/experiments/sets.js";
import { finish, interrupt } from "./finish.js";

test("the article's variances, with m − 1 below, and why", async () => {
  const { layers: all } = await finish((options) => layers({}, options));
  const printed = Object.fromEntries(
    all.map(({ name, output, count, sets }) => [name, [sets, count, output.unbiased.toFixed(4)]]),
  );
  expect(printed).toEqual({
    BN: [4, 4096, "1.0001"],
    LN: [4, 4096, "1.0001"],
    IN: [16, 1024, "1.0009"],
    GN: [8, 2048, "1.0004"],
    GN1: [4, 4096, "1.0001"],
    LN2d: [4096, 4, "1.3328"],
  });
  for (const { output, expected, name } of all) {
    expect(Math.abs(output.mean), name).toBeLessThan(1e-7); // float32, values up to 1.7
    expect(output.biased).toBeCloseTo(expected.biased, 6);
    expect(output.unbiased).toBeCloseTo(expected.unbiased, 6);
    if (name !== "LN2d") expect(output.biased.toFixed(5)).toBe("0.99988");
  }
  expect(all.map(({ parameters }) => parameters)).toEqual([8, 8192, 0, 8, 8, 8]);
});

test("group norm: a pair's means are opposites, its variances and squared mean average to the group's", async () => {
  const { groupChannels, groupSets } = await finish((options) => layers({}, options));
  expect(groupChannels.map((row) => row.length)).toEqual([4, 4, 4, 4]);
  groupChannels.forEach((channels, i) => {
    for (const group of [0, 1]) {
      const [a, b] = channels.slice(2 * group, 2 * group + 2);
      expect(a.mean + b.mean).toBeCloseTo(0, 6); // float32 outputs
      expect(Math.abs(a.mean)).toBeGreaterThan(1e-4);
      expect((a.biased + b.biased) / 2 + a.mean ** 2).toBeCloseTo(groupSets[i][group].biased, 7);
    }
  });
});

test("batch norm centres channels, layer norm samples", async () => {
  const { layers: all } = await finish((options) => layers({}, options));
  const [bn, ln] = all.map(({ largestMean }) => largestMean);
  expect(bn.channel).toBeLessThan(1e-7);
  expect(bn.sample).toBeGreaterThan(1e-3);
  expect(ln.sample).toBeLessThan(1e-7);
  expect(ln.channel).toBeGreaterThan(1e-3);
});

test.each([
  ["batch norm", { samples: "all", channels: "each", positions: "all" }, [0, 0, 1, 1, 2, 2, 3, 3]],
  [
    "group norm",
    { samples: "each", channels: "group", positions: "all" },
    [0, 0, 0, 0, 1, 1, 1, 1],
  ],
  ["a pixel", { samples: "each", channels: "all", positions: "each" }, [0, 1, 0, 1, 0, 1, 0, 1]],
] as const)("the sets of %s", (_, pattern, sets) => {
  const setOf = setIndex(pattern, [2, 4, 1, 2], 2);
  const ways = Math.max(...sets) + 1;
  expect(Array.from({ length: 16 }, (_, i) => setOf(i))).toEqual([
    ...sets,
    ...sets.map((set) => set + (pattern.samples === "each" ? ways : 0)),
  ]);
});

test("the moments of a few numbers", () => {
  expect(momentsOf([1, 2, 3, 6])).toEqual({ mean: 3, biased: 3.5, unbiased: 14 / 3, count: 4 });
});

test("text and report say it", async () => {
  const result = await finish((options) => layers({}, options));
  expect(layersText(result, en)).toMatch(/^IN +\(H, W\) +16 +1024 .* 0\.99988 +1\.0009$/m);
  const { summary, sections } = layersReport(result, en);
  expect(summary).toContain("0.99988");
  expect(sections[0].html.match(/<svg/g)).toHaveLength(5);
});

test("stops when told to, and refuses what cannot be", async () => {
  const { error, bytes } = await interrupt((options) => layers({}, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
  await expect(finish((options) => layers({ groups: 3 }, options))).rejects.toThrow(
    "num_channels must be divisible by num_groups",
  );
  const flat = { shape: [4, 4] } as never;
  await expect(finish((options) => layers(flat, options))).rejects.toThrow(
    "layers: expected shape to be four positive integers, got [4,4]",
  );
});
