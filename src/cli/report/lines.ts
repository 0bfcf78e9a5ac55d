import { COLOURS, INK } from "../../show/palette.js";
import {
  type Box,
  type Drawing,
  type Entry,
  legend,
  lineFrom,
  placesOf,
  type Range,
  scaleOf,
  svg,
  textAt,
  textWidth,
  xAxis,
  yAxis,
} from "./chart.js";

type Points = readonly (readonly [x: number, y: number | null])[];

export interface Line {
  name: string;
  /** A y that is null leaves a gap. */
  points: Points;
  /** Curves behind the line, drawn faintly: what it is the mean of. */
  raw?: readonly Points[];
  /** Whether the line is a reference: thin, dashed, in the colour of the text. */
  dashed?: boolean;
  /** Whether the points are drawn too. */
  symbols?: boolean;
  /** Default: by its place among the lines. */
  colour?: string;
  /** The lengths of its dashes. Default: none. */
  dashes?: string;
}

interface Axes {
  x: string;
  y: string;
  xAxis?: Range;
  yAxis?: Range;
}

/** The least distance of two names, and the length of the piece of line before a name, in pixels. */
const [APART, SAMPLE] = [16, 12];

/** Lines over a titled x and y axis. Their names stand at their ends, or above the lines where there is no room. */
export function lineChart(lines: readonly Line[], { x, y, ...ranges }: Axes): Drawing {
  const curves = lines.flatMap(({ points, raw = [] }) => [points, ...raw]).flat();
  const xScale = scaleOf(
    x,
    curves.map(([x]) => x),
    ranges.xAxis,
    false,
  );
  const yScale = scaleOf(
    y,
    curves.map(([, y]) => y),
    ranges.yAxis,
  );
  const looks = looksOf(lines);
  return (width, usual) => {
    const longest = Math.max(...lines.map(({ name }) => textWidth(name)));
    const beside = longest <= 0.25 * width && lines.length * APART <= usual - 70;
    const above = beside ? { parts: [], height: 10 } : legend(looks.map(entryOf), 56, width - 10);
    const height = usual + (beside ? 0 : above.height - 34);
    const box: Box = {
      left: 62,
      right: width - (beside ? longest + SAMPLE + 14 : 18),
      top: above.height,
      bottom: height - 48,
    };
    const at = {
      x: placesOf(xScale, box.left, box.right),
      y: placesOf(yScale, box.bottom, box.top),
    };
    const names = beside ? namesAtEnds(looks, at.y, box) : [];
    const faint = Math.min(0.4, 1.6 / lines.length);
    return svg(width, height, [
      ...xAxis(xScale, box),
      ...yAxis(yScale, box),
      ...looks.flatMap(({ raw = [], stroke }) =>
        raw.map((points) => pathOf(points, at, `${stroke} stroke-width="1" opacity="${faint}"`)),
      ),
      ...looks.map(({ points, look }) => pathOf(points, at, look)),
      ...looks.flatMap(({ symbols, points, colour }) => (symbols ? dots(points, at, colour) : [])),
      ...names,
      ...above.parts,
    ]);
  };
}

type Place = (value: number) => number;
type Places = Readonly<Record<"x" | "y", Place>>;

interface Look extends Line {
  colour: string;
  /** Attributes of its colour, and all of its attributes. */
  stroke: string;
  look: string;
}

function looksOf(lines: readonly Line[]): Look[] {
  let coloured = 0;
  return lines.map((line) => {
    const { dashed = false, dashes = dashed ? "4 3" : "" } = line;
    const colour = dashed ? INK : (line.colour ?? COLOURS[coloured++ % COLOURS.length]);
    const stroke = `fill="none" stroke="${colour}"`;
    const width = dashed ? 1.2 : 2.2;
    const dash = dashes && ` stroke-dasharray="${dashes}"`;
    return { ...line, colour, stroke, look: `${stroke} stroke-width="${width}"${dash}` };
  });
}

const entryOf = ({ name, look }: Look): Entry => ({
  name,
  mark: (x, y) => lineFrom(x, y, x + 28, y, look),
});

/** The names at the ends of their lines, moved apart where they would lie over one another. */
function namesAtEnds(looks: readonly Look[], at: Place, { right, top, bottom }: Box): string[] {
  const ends = looks
    .map(({ name, look, points }) => {
      const last = points.findLast(([, y]) => y !== null)?.[1];
      return { name, look, y: at(last ?? Number.NEGATIVE_INFINITY) };
    })
    .sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => {
    end.y = Math.max(end.y, i > 0 ? ends[i - 1].y + APART : top + 4);
  });
  for (let i = ends.length - 1, most = bottom; i >= 0; i--) {
    ends[i].y = Math.min(ends[i].y, most);
    most = ends[i].y - APART;
  }
  const from = right + 6;
  return ends.flatMap(({ name, look, y }) => [
    lineFrom(from, y, from + SAMPLE, y, look),
    textAt(from + SAMPLE + 4, y + 4, name, 'font-size="13"'),
  ]);
}

const digits = (pixels: number) => pixels.toFixed(1);

function pathOf(points: Points, at: Places, look: string): string {
  let isDown = false;
  const steps = points.map(([x, y]) => {
    const step = y === null ? "" : `${isDown ? "L" : "M"}${digits(at.x(x))} ${digits(at.y(y))}`;
    isDown = y !== null;
    return step;
  });
  return `<path d="${steps.join("")}" ${look}/>`;
}

const dots = (points: Points, at: Places, colour: string): string[] =>
  points.flatMap(([x, y]) =>
    y === null
      ? []
      : `<circle cx="${digits(at.x(x))}" cy="${digits(at.y(y))}" r="3" fill="${colour}"/>`,
  );
