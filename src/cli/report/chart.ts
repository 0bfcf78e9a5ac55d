import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import type { EChartsCoreOption } from "echarts/core";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export type Option = EChartsCoreOption;

/** The page's text colour, light or dark. */
export const INK = "currentColor";

/** Okabe and Ito's colours that stand out on white and on black, for colour-blind eyes too. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"] as const;

const GRID_LINE = "rgba(128, 128, 128, 0.25)";

/** An axis with a title in the middle of its side. */
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

/** The SVG of a chart that scales with its container. */
export function drawSvg(option: Option, width: number, height: number): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}
