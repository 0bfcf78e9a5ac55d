import { expect, test } from "vitest";
import { compareReport } from "../../src/cli/report/compare.js";
import { page as document } from "../../src/cli/report/page.js";
import { textTable } from "../../src/cli/report/table.js";
import { en } from "../../src/cli/text/en/index.js";
import { type CompareResult, compareDefaults } from "../../src/experiments/compare.js";
import { summarize } from "../../src/experiments/summary.js";
import { normNames } from "../../src/nn/index.js";
import { lineLook } from "../../src/show/palette.js";

const norms = ["bn", "ln", "in", "gn"] as const;

/**
 * Runs of known accuracy: 0.70, 0.72, … for the seeds of bn, and 0.05 more for each next norm. Training with batch 1
 * reaches 0.6, but bn refuses it.
 */
function made(seeds: number, finished = norms.length * seeds): CompareResult {
  const runs = Array.from({ length: seeds }, (_, seed) =>
    norms.map((norm, k) => ({
      norm,
      seed,
      parameters: 98_970,
      losses: Array.from({ length: 50 }, (_, i) => 2.3 - i / 50 + k / 10),
      testAccuracy: 0.7 + k / 20 + seed / 50,
      epochSeconds: 2 + k,
      peakBytes: 3 * 2 ** 20,
      batch1: {
        evalAccuracy: 0.7 + k / 20 + seed / 50,
        trainAccuracy: k === 0 ? null : 0.6,
        note: k === 0 ? "Expected more than 1 value per channel <b>" : "trained",
      },
    })),
  ).flat();
  const config = { norms, epochs: 1, batchSize: 4, width: 4, seed: 0, seeds, lr: 1e-3 };
  return {
    config: { ...compareDefaults, ...config, data: 'CIFAR-10 in "a&b"' },
    machine: { cpu: "<script>alert(1)</script>", threads: 1 },
    runs: runs.slice(0, finished),
  };
}

const page = (result: CompareResult) =>
  document(compareReport(result, en), { name: "compare", ...result }, en);

const tags = (html: string, tag: string) => html.match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;

test("the page holds every norm, two charts in two widths, and nothing from elsewhere", () => {
  const html = page(made(1));
  for (const norm of norms) expect(html).toContain(`<td>${norm}</td>`);
  expect(tags(html, "svg")).toBe(4);
  expect(tags(html, "script") + tags(html, "link") + tags(html, "img")).toBe(0);
  expect(html.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|url\(\s*["']?\w/);
  for (const title of ["training step", "cross-entropy (nats)", "test accuracy (%)"])
    expect(html).toContain(title);
  expect(html).not.toMatch(/NaN|undefined|Stopped/);
});

test("the page stays legible with many norms: one look each, charts as high as they need", () => {
  const names = ["ws", ...normNames(), "gn:8+ws"];
  const { config, runs, ...rest } = made(1);
  const many = names.map((norm) => ({ ...runs[1], norm, losses: [norm === "ws" ? 90 : 2, 2] }));
  const html = page({ ...rest, config: { ...config, norms: names }, runs: many });
  const heights = [...html.matchAll(/viewBox="0 0 860 (\d+)"/g)].map((match) => Number(match[1]));
  expect(heights.length).toBe(2);
  expect(heights[0]).toBeGreaterThan(380);
  expect(heights[1]).toBeGreaterThan(26 * names.length);
  expect(html).toContain("cross-entropy (nats), cut off at 5");
  expect(html.match(/Test accuracy: .*/)?.[0].split("%").length).toBe(8 + 1);
  expect(html).toContain("one image a step. all: trained.");
  const looks = names.map((_, i) => JSON.stringify(lineLook(i)));
  expect(new Set(looks).size).toBe(names.length);
  expect(html).not.toMatch(/NaN|undefined/);
});

test("the page escapes what comes from outside", () => {
  const html = page(made(1));
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(html).toContain("CIFAR-10 in &quot;a&amp;b&quot;");
  expect(html).toContain("per channel &lt;b&gt;");
});

test("error bars and ± are there for two seeds and more only", () => {
  expect(page(made(1))).not.toMatch(/±|Error bars/);
  const html = page(made(3));
  expect(html).toContain("72.0 ± 2.0 %");
  expect(html).toContain("Error bars");
  // Each bar whose value varies has three strokes, in both widths of the page. The four bars of the norms vary; the
  // three of batch 1 do not.
  const strokes = (page(made(3)).match(/stroke="currentColor"/g) ?? []).length;
  expect(strokes - (page(made(1)).match(/stroke="currentColor"/g) ?? []).length).toBe(2 * 4 * 3);
});

test("the page of a stopped comparison tells what is finished", () => {
  const html = page(made(2, 3));
  expect(html).toContain("3 of 8 runs are finished.");
  const unfinished = [{ norm: "gn", seed: 0, losses: [2.3, 2.2] }];
  expect(page({ ...made(2, 3), unfinished })).toContain("gn from seed 0 came to step 2.");
  expect(html).toContain("<td>in</td>");
  expect(html).not.toContain("<td>gn</td>");
});

test("what was looked at on the way is shown, and only then", () => {
  const plain = page(made(1));
  expect(plain).not.toMatch(/on the way|<h2>Blocks/);
  const { runs, ...rest } = made(1);
  const { shares, ...range } = { low: 0, high: 1, shares: [1] };
  const block = { histogram: { ...range, shares }, mean: 0.5, deviation: 0.25, gradient: 2 };
  const more = runs.map((run) => ({
    ...run,
    evaluations: [20, 40].map((step) => ({ step, testAccuracy: 0.5 })),
    probes: [1, 40].map((step) => ({ step, blocks: [{ ...block, gradient: step }, block] })),
  }));
  const html = page({ ...rest, runs: more });
  expect(tags(html, "svg")).toBe(6);
  expect(html).toContain("<td>ln, seed 0</td><td>1</td><td>1.00 → 40.0</td><td>0.500 ± 0.250</td>");
  expect(html).not.toMatch(/NaN|undefined/);
});

test("a comparison without batch 1 has no bars and no figures of it", () => {
  const { runs, ...rest } = made(1);
  const batch1 = { evalAccuracy: null, trainAccuracy: null, note: "batch 1 left out" };
  const without = { ...rest, runs: runs.map((run) => ({ ...run, batch1 })) };
  const html = page(without);
  expect(html).not.toMatch(/NaN|undefined|trained with batch 1/);
  const lines = textTable(summarize(without), en).split("\n");
  expect(lines[2]).toMatch(/3\.0 MiB +– +–$/);
  expect(lines.at(-1)).toBe("all: batch 1 left out");
});

test("the table for the terminal", () => {
  const lines = textTable(summarize(made(1)), en).split("\n");
  expect(lines[2].split(/\s{2,}/)).toEqual(
    ["bn", "98,970", "70.0 %", "2.00 s, 1.00×", "3.0 MiB"].concat(["70.0 %", "–"]),
  );
  expect(lines[3]).toMatch(/^ln .* 75\.0 % .* 3\.00 s, 1\.50× .* 60\.0 %$/);
  expect(new Set(lines.slice(0, 6).map((line) => line.length)).size).toBe(1);
  expect(lines.slice(6)).toEqual([
    "",
    "bn: Expected more than 1 value per channel <b>",
    "ln, in, gn: trained",
  ]);
});

test("the article's figures stand beside those measured, for the norms it has", () => {
  const html = page(made(1));
  const row = (cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  const gn = ["91.7 %", "85.0 %", "1.05×", "2.50×", "stable", "60.0 %", "–", "3.0 MiB"];
  expect(html).toContain(row(["gn", ...gn]));
  const { config, runs, ...rest } = made(1);
  const others = { ...rest, config: { ...config, norms: ["frn"] } };
  const frn = { ...others, runs: [{ ...runs[1], norm: "frn" }] };
  expect(page(frn)).not.toContain("Beside the article");
});

test("what may be wider than the page is a box that the keyboard can scroll", () => {
  const html = page(made(1));
  const boxes = html.match(/<div class="scroll"[^>]*>/g) ?? [];
  expect(boxes.length).toBe(tags(html, "table"));
  for (const box of boxes) expect(box).toMatch(/ tabindex="0" role="region" aria-label="Table: /);
});
