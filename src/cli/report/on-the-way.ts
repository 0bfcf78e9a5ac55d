import type { CompareResult } from "../../experiments/compare.js";
import { COLOURS, lineLook } from "../../show/palette.js";
import { short } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Section } from "./page.js";

/** The test accuracy during training, one line for each run. Empty if this was not asked for. */
export function evaluationSection({ config, runs }: CompareResult, { compare }: Texts): Section[] {
  const { onTheWay, accuracy, loss } = compare;
  const lines = runs.map(({ norm, seed, evaluations = [] }) => ({
    name: config.seeds > 1 ? onTheWay.line(norm, seed) : norm,
    colour: lineLook(config.norms.indexOf(norm)).color,
    symbols: true,
    points: evaluations.map(({ step, testAccuracy }) => [step, 100 * testAccuracy] as const),
  }));
  if (lines.every(({ points }) => points.length === 0)) return [];
  const axes = { x: loss.x, y: accuracy.x };
  return [
    {
      title: onTheWay.title,
      html: `${chart(onTheWay.chart, lineChart(lines, axes))}
${lines.length > COLOURS.length ? caption(onTheWay.again) : ""}`,
    },
  ];
}

/** What went through the blocks at the first and the last look. Empty if there was no look. */
export function probeSection({ runs }: CompareResult, texts: Texts): Section[] {
  const { title, head, run, caption: below } = texts.compare.blocks;
  const rows = runs.flatMap(({ norm, seed, probes = [] }) => {
    const [first, last] = [probes.at(0), probes.at(-1)];
    if (!first || !last) return [];
    return last.blocks.map(({ mean, deviation, gradient }, i) => [
      i === 0 ? run(norm, seed) : "",
      String(i + 1),
      `${short(first.blocks[i].gradient)} → ${short(gradient)}`,
      `${short(mean)} ± ${short(deviation)}`,
    ]);
  });
  if (rows.length === 0) return [];
  return [{ title, html: `${htmlTable(head, rows, texts)}\n${caption(below)}` }];
}
