import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import type { EChartsCoreOption } from "echarts/core";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { INK } from "../../show/palette.js";
import { widthOf } from "../width.js";

echarts.use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export type Option = EChartsCoreOption & {
  /** The options that depend on the size. They may have a height of their own. */
  sized?: (width: number, height: number) => EChartsCoreOption & { height: number };
};

const GRID_LINE = "rgba(128, 128, 128, 0.25)";

/** An axis with its title in the middle of its side. */
export const axis = (name: string, gap: number, more: object = {}) => ({
  name,
  nameLocation: "middle",
  nameGap: gap,
  nameTextStyle: { color: INK, fontSize: 13 },
  axisLabel: { color: INK, fontSize: 12, hideOverlap: true },
  axisLine: { show: true, lineStyle: { color: "gray" } },
  splitLine: { lineStyle: { color: GRID_LINE } },
  ...more,
});

export const legend = (names: readonly string[]) => ({
  data: names.map((name) => ({ name })),
  top: 0,
  textStyle: { color: INK, fontSize: 13 },
});

/** The approximate width of a name in letters of 13 px. */
export const textWidth = (name: string) => 7.3 * widthOf(name);

/** The number of rows that a legend of these names takes. */
export function legendRows(names: readonly string[], width: number): number {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const item = 52 + textWidth(name);
    if (used > 0 && used + item > width - 10) [rows, used] = [rows + 1, 0];
    used += item;
  }
  return rows;
}

/** The SVG of a chart that scales with its container. */
export function drawSvg({ sized, ...option }: Option, width: number, usual: number): string {
  const { height, ...fitted } = sized?.(width, usual) ?? { height: usual };
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option, ...fitted });
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}
