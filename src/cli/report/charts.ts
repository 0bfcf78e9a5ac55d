import type { CompareResult } from "../../experiments/compare.js";
import type { NormSummary, Spread } from "../../experiments/summary.js";
import { COLOURS, INK, lineLook } from "../../show/palette.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import type { Texts } from "../text/en/index.js";
import {
  type Box,
  type Drawing,
  legend,
  lineFrom,
  placesOf,
  type Scale,
  svg,
  textAt,
  textWidth,
  xAxis,
} from "./chart.js";
import { lineChart } from "./lines.js";

/** More points than pixels show nothing new. */
const POINTS = 600;

/** Losses above this are cut off: nets without a working norm start with much larger ones. */
const MOST_LOSS = 5;

/** Cross-entropy over training steps: each run as a faint line, and for each norm the smoothed mean of its seeds. */
export function lossChart({ config, runs }: CompareResult, { compare }: Texts): Drawing {
  const norms = config.norms.filter((norm) => runs.some((run) => run.norm === norm));
  const lines = norms.map((norm) => {
    const { color, dashes } = lineLook(config.norms.indexOf(norm));
    const curves = runs.filter((run) => run.norm === norm).map((run) => run.losses);
    const smoothed = smooth(meanCurve(curves), Math.max(1, curves[0].length / 25));
    const raw = curves.map((curve) => thin(curve, POINTS));
    return { name: norm, points: thin(smoothed, POINTS), raw, colour: color, dashes };
  });
  const cut = runs.some((run) => run.losses.some((loss) => loss > MOST_LOSS));
  return lineChart(lines, {
    x: compare.loss.x,
    y: cut ? compare.loss.cut(MOST_LOSS) : compare.loss.y,
    xAxis: { min: 0 },
    yAxis: { min: 0, ...(cut && { max: MOST_LOSS }) },
  });
}

/** The height of a bar, and of the space between two norms. */
const [BAR, SPACE] = [15, 12];

interface Bars {
  name: string;
  colour: string;
  values: readonly (Spread | null)[];
}

/**
 * Test accuracy per norm, beside that of nets trained with batch 1. Error bars show one standard deviation over seeds.
 */
export function accuracyChart(rows: readonly NormSummary[], { compare }: Texts): Drawing {
  const { accuracy } = compare;
  const series: Bars[] = [
    {
      name: accuracy.batches,
      colour: COLOURS[0],
      values: rows.map((row) => row.testAccuracy),
    },
    { name: accuracy.batch1, colour: COLOURS[1], values: rows.map((row) => row.batch1Train) },
  ].filter(({ values }) => values.some((value) => value !== null));
  const entries = series.map(({ name, colour }) => ({
    name,
    mark: (x: number, y: number) =>
      `<rect x="${x}" y="${y - 7}" width="26" height="14" fill="${colour}"/>`,
  }));
  const scale: Scale = { title: accuracy.x, from: 0, to: 100 };
  const each = series.length * (BAR + 2) + SPACE;
  return (width) => {
    const left = 18 + Math.max(...rows.map((row) => textWidth(row.norm)));
    const above = legend(entries, left, width - 18);
    const bottom = above.height + rows.length * each;
    const box: Box = { left, right: width - 18, top: above.height, bottom };
    const at = placesOf(scale, box.left, box.right);
    const drawn = rows.flatMap(({ norm }, i) => {
      const top = box.top + i * each + SPACE / 2;
      const middle = top + (each - SPACE) / 2;
      return [
        textAt(left - 7, middle + 4, norm, 'text-anchor="end"'),
        ...series.flatMap(({ colour, values }, k) =>
          barOf(values[i], top + k * (BAR + 2), left, at, colour),
        ),
      ];
    });
    return svg(width, bottom + 48, [...xAxis(scale, box), ...drawn, ...above.parts]);
  };
}

/** A bar with its number, and an I on its side for its deviation. */
function barOf(
  value: Spread | null,
  y: number,
  left: number,
  at: (percent: number) => number,
  colour: string,
): string[] {
  if (!value) return [];
  const percent = 100 * value.mean;
  const width = (at(percent) - left).toFixed(1);
  const bar = `<rect x="${left}" y="${y}" width="${width}" height="${BAR}" fill="${colour}"/>`;
  const number = textAt(left + 5, y + 11.5, percent.toFixed(1), 'font-size="11" fill="#fff"');
  if (!value.deviation) return [bar, number];
  const [low, high] = [-1, 1].map((sign) => at(percent + sign * 100 * (value.deviation ?? 0)));
  const middle = y + BAR / 2;
  const look = `stroke="${INK}" stroke-width="1.5"`;
  return [
    bar,
    number,
    lineFrom(low, middle, high, middle, look),
    lineFrom(low, middle - 4, low, middle + 4, look),
    lineFrom(high, middle - 4, high, middle + 4, look),
  ];
}
