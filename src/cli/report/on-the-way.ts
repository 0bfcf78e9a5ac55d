import type { CompareResult } from "../../experiments/compare.js";
import { COLOURS, lineLook } from "../../show/palette.js";
import { short } from "../../show/words.js";
import { legendRows } from "./chart.js";
import { lineChart } from "./lines.js";
import { chart, htmlTable, type Section } from "./page.js";

/** The test accuracy during training, one line for each run. Empty if this was not asked for. */
export function evaluationSection({ config, runs }: CompareResult): Section[] {
  const lines = runs.map(({ norm, seed, evaluations = [] }) => ({
    name: config.seeds > 1 ? `${norm} seed ${seed}` : norm,
    colour: lineLook(config.norms.indexOf(norm)).color,
    symbols: true,
    points: evaluations.map(({ step, testAccuracy }) => [step, 100 * testAccuracy] as const),
  }));
  if (lines.every(({ points }) => points.length === 0)) return [];
  const rows = legendRows(
    lines.map(({ name }) => name),
    380,
  );
  const axes = { x: "training step", y: "test accuracy (%)", rows };
  return [
    {
      title: "Accuracy on the way",
      html: `${chart("Test accuracy over steps", lineChart(lines, axes))}
${lines.length > COLOURS.length ? '<p class="caption">Colours come again.</p>' : ""}`,
    },
  ];
}

/** What went through the blocks at the first and the last look. Empty if there was no look. */
export function probeSection({ runs }: CompareResult): Section[] {
  const rows = runs.flatMap(({ norm, seed, probes = [] }) => {
    const [first, last] = [probes.at(0), probes.at(-1)];
    if (!first || !last) return [];
    return last.blocks.map(({ mean, deviation, gradient }, i) => [
      i === 0 ? `${norm}, seed ${seed}` : "",
      String(i + 1),
      `${short(first.blocks[i].gradient)} → ${short(gradient)}`,
      `${short(mean)} ± ${short(deviation)}`,
    ]);
  });
  if (rows.length === 0) return [];
  return [
    {
      title: "Blocks",
      html: `${htmlTable(["norm", "block", "‖gradient‖, first → last look", "outputs at the last"], rows)}
<p class="caption">‖gradient‖: of all weights of a block together. Outputs: mean ± deviation, behind the activation. Histograms of each look are in results.json.</p>`,
    },
  ];
}
