import { COLOURS, INK } from "../../show/palette.js";
import { axis, legend, type Option } from "./chart.js";

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number | null])[];
  /** Whether the line is a reference: thin, dashed, in the colour of the text. */
  dashed?: boolean;
  /** Whether the points are drawn too. */
  symbols?: boolean;
  /** Default: by its place among the lines. */
  colour?: string;
}

interface Axes {
  x: string;
  y: string;
  /** More options of the axes: type, min, max and others. */
  xAxis?: object;
  yAxis?: object;
  /** The number of rows of the legend. */
  rows?: number;
}

/** The axis stays at the side, and does not move to the 0 of the other axis. */
const LEFT_AND_BELOW = { show: true, onZero: false, lineStyle: { color: "gray" } };

/** Lines over a titled x and y axis. */
export function lineChart(lines: readonly Line[], { x, y, xAxis, yAxis, rows = 1 }: Axes): Option {
  let coloured = 0;
  return {
    legend: { ...legend(lines.map(({ name }) => name)), type: "plain", itemHeight: 8 },
    grid: { left: 70, right: 24, top: 20 + 22 * rows, bottom: 52 },
    xAxis: axis(x, 30, {
      type: "value",
      min: "dataMin",
      max: "dataMax",
      axisLine: LEFT_AND_BELOW,
      ...xAxis,
    }),
    yAxis: axis(y, 50, { type: "value", axisLine: LEFT_AND_BELOW, ...yAxis }),
    series: lines.map(({ name, points, dashed = false, symbols = false, colour }) => {
      const color = dashed ? INK : (colour ?? COLOURS[coloured++ % COLOURS.length]);
      return {
        type: "line",
        name,
        data: points,
        silent: true,
        showSymbol: symbols,
        symbol: symbols ? "circle" : "none",
        symbolSize: 6,
        itemStyle: { color },
        lineStyle: { color, width: dashed ? 1.2 : 2, type: dashed ? "dashed" : "solid" },
      };
    }),
  };
}

/** An option for `yAxis`: powers of ten. */
export const LOG = {
  type: "log",
  axisLabel: {
    color: INK,
    fontSize: 12,
    formatter: (value: number) => value.toExponential(0).replace("e+0", "").replace("e+", "e"),
  },
};
