import type { CustomSeriesRenderItem } from "echarts";
import type { CompareResult } from "../../experiments/compare.js";
import type { NormSummary, Spread } from "../../experiments/summary.js";
import { axis, COLOURS, INK, legend, type Option } from "./chart.js";
import { meanCurve, smooth, thin } from "./smooth.js";

/** More points than pixels tell nothing. */
const POINTS = 600;

/** Bars and the error bars over them are laid out alike. */
const BAR_LAYOUT = { barGap: "10%", barCategoryGap: "30%", barMaxWidth: 72 };

/** Cross-entropy over training steps: each run as it is, faint, and per norm the smoothed mean of the seeds. */
export function lossChart({ config, runs }: CompareResult): Option {
  const norms = config.norms.filter((norm) => runs.some((run) => run.norm === norm));
  const series = norms.flatMap((norm) => {
    const color = COLOURS[config.norms.indexOf(norm) % COLOURS.length];
    const curves = runs.filter((run) => run.norm === norm).map((run) => run.losses);
    const smoothed = smooth(meanCurve(curves), Math.max(1, curves[0].length / 25));
    const line = { type: "line", showSymbol: false, silent: true };
    return [
      ...curves.map((curve) => ({
        ...line,
        name: `${norm} raw`,
        data: thin(curve, POINTS),
        lineStyle: { color, width: 1, opacity: 0.4 },
      })),
      {
        ...line,
        name: norm,
        data: thin(smoothed, POINTS),
        z: 3,
        itemStyle: { color },
        lineStyle: { color, width: 2.5 },
      },
    ];
  });
  return {
    legend: { ...legend(norms), icon: "roundRect" },
    grid: { left: 56, right: 20, top: 40, bottom: 52, containLabel: false },
    xAxis: axis("training step", 30, { type: "value", min: 0, max: "dataMax" }),
    yAxis: axis("cross-entropy (nats)", 38, { type: "value", min: 0 }),
    series,
  };
}

/** Test accuracy per norm, beside that of the nets trained with batch 1; error bars: one standard deviation over seeds. */
export function accuracyChart(rows: readonly NormSummary[]): Option {
  const bars = [
    { name: "trained in batches", color: COLOURS[0], values: rows.map((row) => row.testAccuracy) },
    { name: "trained with batch 1", color: COLOURS[1], values: rows.map((row) => row.batch1Train) },
  ].filter(({ values }) => values.some((value) => value !== null));
  return {
    legend: legend(bars.map((bar) => bar.name)),
    grid: { left: 56, right: 20, top: 40, bottom: 52 },
    xAxis: axis("norm", 30, { type: "category", data: rows.map((row) => row.norm) }),
    yAxis: axis("test accuracy (%)", 38, { type: "value", min: 0, max: 100 }),
    series: bars.flatMap(({ name, color, values }, k) => [
      {
        type: "bar",
        name,
        data: values.map((value) => (value ? Number((100 * value.mean).toFixed(1)) : null)),
        itemStyle: { color },
        ...BAR_LAYOUT,
        label: {
          show: true,
          position: "insideBottom",
          color: "#fff",
          fontSize: 11,
          formatter: ({ value }: { value: number }) => value?.toFixed(1) ?? "",
        },
      },
      {
        type: "custom",
        name: `${name}, deviation`,
        renderItem: errorBar(k, bars.length),
        data: values.map((value, i) => [i, ...whisker(value)]),
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

/** An I over bar `k` of `count` in each category; data are [category, low, high]. */
const errorBar =
  (k: number, count: number): CustomSeriesRenderItem =>
  (_, api) => {
    const [category, low, high] = [0, 1, 2].map((dim) => Number(api.value(dim)));
    if (Number.isNaN(low)) return null;
    const layout = api.barLayout({ ...BAR_LAYOUT, count });
    const offsetCenter = layout?.[k].offsetCenter ?? 0;
    const [x, top] = api.coord([category, high]);
    const [, bottom] = api.coord([category, low]);
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: "line" as const,
      shape: { x1: x + offsetCenter + x1, y1, x2: x + offsetCenter + x2, y2 },
      style: { stroke: INK, lineWidth: 1.5 },
    });
    return {
      type: "group",
      children: [line(0, top, 0, bottom), line(-5, top, 5, top), line(-5, bottom, 5, bottom)],
    };
  };
