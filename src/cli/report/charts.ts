import type { CustomSeriesRenderItem } from "echarts";
import type { CompareResult } from "../../experiments/compare.js";
import type { NormSummary, Spread } from "../../experiments/summary.js";
import { COLOURS, INK, lineLook } from "../../show/palette.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import type { Texts } from "../text/en/index.js";
import { axis, legend, legendRows, type Option, textWidth } from "./chart.js";

/** More points than pixels show nothing new. */
const POINTS = 600;

/** Losses above this are cut off: nets without a working norm start with much larger ones. */
const MOST_LOSS = 5;

/** Legend entries are long enough to show the dashes, and have no dots. */
const DASHES = { itemWidth: 36, itemStyle: { opacity: 0 } };

/** Bars and their error bars have the same layout. */
const BAR_LAYOUT = { barGap: "10%", barCategoryGap: "30%" };

/** Cross-entropy over training steps: each run as a faint line, and for each norm the smoothed mean of its seeds. */
export function lossChart({ config, runs }: CompareResult, { compare }: Texts): Option {
  const norms = config.norms.filter((norm) => runs.some((run) => run.norm === norm));
  const series = norms.flatMap((norm) => {
    const look = lineLook(config.norms.indexOf(norm));
    const curves = runs.filter((run) => run.norm === norm).map((run) => run.losses);
    const smoothed = smooth(meanCurve(curves), Math.max(1, curves[0].length / 25));
    const line = { type: "line", showSymbol: false, silent: true };
    return [
      ...curves.map((curve) => ({
        ...line,
        name: `${norm} raw`,
        data: thin(curve, POINTS),
        lineStyle: { color: look.color, width: 1, opacity: Math.min(0.4, 1.6 / norms.length) },
      })),
      {
        ...line,
        name: norm,
        data: thin(smoothed, POINTS),
        z: 3,
        itemStyle: { color: look.color },
        lineStyle: { ...look, width: 2.5 },
      },
    ];
  });
  const cut = runs.some((run) => run.losses.some((loss) => loss > MOST_LOSS));
  const nats = cut ? compare.loss.cut(MOST_LOSS) : compare.loss.y;
  return {
    legend: {
      ...legend(norms),
      ...(norms.length <= COLOURS.length ? { icon: "roundRect" } : DASHES),
    },
    xAxis: axis(compare.loss.x, 30, { type: "value", min: 0, max: "dataMax" }),
    yAxis: axis(nats, 38, { type: "value", min: 0, ...(cut && { max: MOST_LOSS }) }),
    series,
    sized(width, height) {
      const more = 24 * (legendRows(norms, width) - 1);
      return { height: height + more, grid: { left: 56, right: 20, top: 40 + more, bottom: 52 } };
    },
  };
}

/**
 * Test accuracy per norm, beside that of nets trained with batch 1. Error bars show one standard deviation over seeds.
 */
export function accuracyChart(rows: readonly NormSummary[], { compare }: Texts): Option {
  const { accuracy } = compare;
  const bars = [
    { name: accuracy.batches, color: COLOURS[0], values: rows.map((row) => row.testAccuracy) },
    { name: accuracy.batch1, color: COLOURS[1], values: rows.map((row) => row.batch1Train) },
  ].filter(({ values }) => values.some((value) => value !== null));
  return {
    legend: legend(bars.map((bar) => bar.name)),
    xAxis: axis(accuracy.x, 30, { type: "value", min: 0, max: 100 }),
    yAxis: axis("", 0, { type: "category", inverse: true, data: rows.map((row) => row.norm) }),
    sized: () => ({
      height: 92 + rows.length * (10 + 17 * bars.length),
      grid: {
        left: 20 + Math.max(...rows.map((row) => textWidth(row.norm))),
        right: 20,
        top: 40,
        bottom: 52,
      },
    }),
    series: bars.flatMap(({ name, color, values }, k) => [
      {
        type: "bar",
        name,
        data: values.map((value) => (value ? Number((100 * value.mean).toFixed(1)) : null)),
        itemStyle: { color },
        ...BAR_LAYOUT,
        label: {
          show: true,
          position: "insideLeft",
          color: "#fff",
          fontSize: 11,
          formatter: ({ value }: { value: number }) => value?.toFixed(1) ?? "",
        },
      },
      {
        type: "custom",
        name: `${name}, deviation`,
        renderItem: errorBar(k, bars.length),
        data: values.map((value, i) => [...whisker(value), i]),
        encode: { x: [0, 1], y: 2 },
        z: 4,
        silent: true,
      },
    ]),
  };
}

const whisker = (value: Spread | null): number[] =>
  value?.deviation
    ? [
        Math.max(0, 100 * (value.mean - value.deviation)),
        Math.min(100, 100 * (value.mean + value.deviation)),
      ]
    : [Number.NaN, Number.NaN];

/** The error bar of bar `k` out of `count` in each category: an I on its side. Data are [low, high, category]. */
const errorBar =
  (k: number, count: number): CustomSeriesRenderItem =>
  (_, api) => {
    const [low, high, category] = [0, 1, 2].map((dim) => Number(api.value(dim)));
    if (Number.isNaN(low)) return null;
    const layout = api.barLayout({ ...BAR_LAYOUT, count });
    const [left, middle] = api.coord([low, category]);
    const [right] = api.coord([high, category]);
    const y = middle + (layout?.[k].offsetCenter ?? 0);
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: "line" as const,
      shape: { x1, y1: y + y1, x2, y2: y + y2 },
      style: { stroke: INK, lineWidth: 1.5 },
    });
    return {
      type: "group",
      children: [line(left, 0, right, 0), line(left, -4, left, 4), line(right, -4, right, 4)],
    };
  };
