import { ticks } from "d3-array";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Cell, useRows } from "../share/figures.js";

export interface Line {
  name: string;
  /** What stands at the end of the line. */
  label: string;
  /** [x, y]; a y that is not finite leaves a gap. */
  points: readonly (readonly [number, number])[];
  /** What the line is made of, drawn faintly: unsmoothed values, or the lines that it is the mean of. */
  raw?: readonly Line["points"][];
  /** The number of the look: colour and dash, 0 to 7. */
  look: number;
  /** A line to compare with, drawn faintly and without a label. */
  faint?: boolean;
}

interface ChartProps {
  title: string;
  /** The chart in a sentence, for those who do not see it. */
  summary: string;
  lines: readonly Line[];
  x: readonly [number, number];
  y: readonly [number, number];
  xLabel: string;
  format?: (y: number) => string;
  height?: number;
}

const MARGIN = { top: 8, right: 92, bottom: 34, left: 52 };
/** The width of a label at most, in pixels: Chinese characters are wider than letters. */
const widthOf = (label: string): number =>
  [...label].reduce((sum, character) => sum + (character < "⺀" ? 9 : 15), 0);

const USUAL_WIDTH = 640;

/** Lines with their names at their ends, drawn for the width that there is. */
export function Chart(props: ChartProps) {
  const { title, summary, lines, x, y, xLabel, format = String, height = 300 } = props;
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<SVGSVGElement>(null);
  useRows(drawing, () => rowsOf(lines, xLabel));
  const width = useWidth(box);
  const longest = Math.max(0, ...lines.map(({ label }) => widthOf(label)));
  const right = width - Math.max(MARGIN.right, 6 + longest);
  const bottom = height - MARGIN.bottom;
  const scale = ([from, to]: readonly [number, number], start: number, end: number) => {
    const factor = (end - start) / (to - from || 1);
    return (value: number) => tenths(start + (value - from) * factor);
  };
  const [atX, atY] = [scale(x, MARGIN.left, right), scale(y, bottom, MARGIN.top)];
  const path = (points: Line["points"]) => pathOf(points, atX, atY, y);
  const labels = spread(
    lines.filter(({ faint, points }) => !faint && points.length > 0),
    atY,
    [MARGIN.top + 6, bottom],
    y,
  );
  return (
    <div class="chart" ref={box}>
      {title && <h3>{title}</h3>}
      <svg ref={drawing} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
        <g class="scale">
          {ticks(y[0], y[1], 5).map((tick) => (
            <g key={tick}>
              <line x1={MARGIN.left} x2={right} y1={atY(tick)} y2={atY(tick)} />
              <text x={MARGIN.left - 6} y={atY(tick) + 4} class="left">
                {format(tick)}
              </text>
            </g>
          ))}
          {ticks(x[0], x[1], Math.max(2, Math.min(6, width / 110))).map((tick) => (
            <text key={tick} x={atX(tick)} y={bottom + 16}>
              {tick}
            </text>
          ))}
          <text x={(MARGIN.left + right) / 2} y={height - 2}>
            {xLabel}
          </text>
        </g>
        {lines.map(({ name, points, raw = [], look, faint }) => (
          <g key={`${name}${faint}`} class={`look${look % 8}${faint ? " faint" : ""}`}>
            {raw.map((each, i) => (
              <path key={i} class="raw" d={path(each)} />
            ))}
            <path class="line" d={path(points)} />
          </g>
        ))}
        {labels.map(({ line, at }) => (
          <text key={line.name} class={`label look${line.look % 8}`} x={right + 6} y={at + 4}>
            {line.label}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** The numbers of the lines, those behind them too: a column each, a row for each x. */
function rowsOf(lines: readonly Line[], xLabel: string): Cell[][] {
  const columns = lines.flatMap(({ name, label, points, raw = [] }) => [
    { head: label || name, points: new Map(points) },
    ...raw.map((each, i) => ({ head: `${label || name} (${i + 1})`, points: new Map(each) })),
  ]);
  const xs = [...new Set(columns.flatMap(({ points }) => [...points.keys()]))].sort(
    (a, b) => a - b,
  );
  return [
    [xLabel, ...columns.map(({ head }) => head)],
    ...xs.map((x) => [x, ...columns.map(({ points }) => points.get(x) ?? Number.NaN)]),
  ];
}

/** The width of an element in pixels; while the page is built, the usual one. */
function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(USUAL_WIDTH);
  useEffect(() => {
    if (!ref.current) return undefined;
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setWidth(Math.max(260, Math.round(contentRect.width))),
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

type Place = (value: number) => number;

/** A path through the points, from one to the next. Values beyond the scale stay at its edge. */
function pathOf(
  points: Line["points"],
  atX: Place,
  atY: Place,
  [low, high]: readonly number[],
): string {
  let path = "";
  let isDown = false;
  let from = [0, 0];
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      isDown = false;
      continue;
    }
    const to = [atX(x), atY(Math.max(low, Math.min(high, y)))];
    const steps = to.map((at, i) => shortest(tenths(at - (isDown ? from[i] : 0))));
    path += (isDown ? "l" : "M") + steps[0] + (steps[1].startsWith("-") ? "" : " ") + steps[1];
    [from, isDown] = [to, true];
  }
  return path;
}

/** In tenths of a pixel: nobody sees more, and the numbers stand in the document. */
const tenths = (at: number): number => Math.round(10 * at) / 10;

const shortest = (at: number): string => String(at).replace(/^(-?)0\./, "$1.");

/** The least distance of two labels, in pixels. */
const APART = 17;

/** Labels at the ends of their lines, moved apart where they would lie over one another. */
export function spread(
  lines: readonly Line[],
  atY: Place,
  [top, bottom]: readonly [number, number],
  [low, high]: readonly [number, number],
): { line: Line; at: number }[] {
  const places = lines
    .map((line) => {
      const last = line.points.findLast(([, value]) => Number.isFinite(value))?.[1] ?? low;
      return { line, at: atY(Math.max(low, Math.min(high, last))) };
    })
    .sort((a, b) => a.at - b.at);
  places.forEach((place, i) => {
    place.at = Math.max(place.at, i > 0 ? places[i - 1].at + APART : top);
  });
  for (let i = places.length - 1, most = bottom; i >= 0; i--) {
    places[i].at = Math.min(places[i].at, most);
    most = places[i].at - APART;
  }
  return places;
}
