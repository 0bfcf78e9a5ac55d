import type { ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { MapShape } from "../../experiments/sets.js";
import { classOf, type Lit, useLit } from "./lit.js";

/** The side of a cell, the slant of its faces that go back, and the way from one sample to the next. */
const CELL = 24;
const SLANT = 9;
const STEP: Point = [CELL * 0.95 + SLANT, -CELL * 0.55 - SLANT];

type Point = [x: number, y: number];
type Axes = Readonly<Record<"n" | "c" | "p", string>>;

/**
 * The block of samples × channels × positions, samples pulled apart. What would hide a lit number behind it is drawn as
 * a ghost.
 */
export function Cube(props: {
  shape: MapShape;
  lit: ReadonlySignal<Lit>;
  point: (index: number) => void;
  label: string;
  axes: Axes;
}) {
  const { shape, lit, point, label, axes } = props;
  const [n, c, h, w] = shape;
  const p = h * w;
  const drawing = useRef<SVGSVGElement>(null);
  useLit(drawing, lit);
  const now = lit.peek();
  const deepest = Math.max(...Array.from(now.members, (i) => Math.floor(i / (c * p))));

  const width = 30 + c * CELL + SLANT + (n - 1) * STEP[0] + 8;
  const top = SLANT - (n - 1) * STEP[1] + 4;
  const height = top + p * CELL + 26;
  const corner = (sample: number, channel: number, position: number): Point => [
    tenth(26 + channel * CELL + sample * STEP[0]),
    tenth(top + position * CELL + sample * STEP[1]),
  ];
  const cellOf = (sample: number, channel: number, position: number) => {
    const i = (sample * c + channel) * p + position;
    const [x, y] = corner(sample, channel, position);
    const ghost = !now.members.has(i) && sample < deepest ? " ghost" : "";
    return (
      <g key={i} data-i={i} data-n={sample} class={`cell${classOf(i, now)}${ghost}`}>
        <path d={square(x, y)} />
        {position === 0 && <path class="roof" d={roof(x, y)} />}
        {channel === c - 1 && <path class="side" d={side(x, y)} />}
      </g>
    );
  };
  const pointAt = (event: Event) => {
    const cell = (event.target as Element).closest("[data-i]");
    if (cell) point(Number(cell.getAttribute("data-i")));
  };
  const back = corner(n - 1, c, 0);
  return (
    <svg
      ref={drawing}
      class="cube"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      onPointerOver={pointAt}
    >
      {range(n)
        .reverse()
        .map((sample) => (
          <g key={sample}>
            {range(p).flatMap((position) => range(c).map((k) => cellOf(sample, k, position)))}
          </g>
        ))}
      <text x={26 + (c * CELL) / 2} y={height - 8}>
        {axes.c}
      </text>
      <text x={10} y={top + (p * CELL) / 2} transform={`rotate(-90 10 ${top + (p * CELL) / 2})`}>
        {axes.p}
      </text>
      <text x={Math.min(width - 10, back[0] + 4)} y={back[1] + p * CELL + 16}>
        {n > 1 ? axes.n : ""}
      </text>
    </svg>
  );
}

const tenth = (x: number) => Math.round(10 * x) / 10;
const range = (length: number) => Array.from({ length }, (_, i) => i);
const square = (x: number, y: number) => `M${x} ${y}h${CELL}v${CELL}h${-CELL}z`;
const roof = (x: number, y: number) => `M${x} ${y}l${SLANT} ${-SLANT}h${CELL}l${-SLANT} ${SLANT}z`;
const side = (x: number, y: number) =>
  `M${x + CELL} ${y}l${SLANT} ${-SLANT}v${CELL}l${-SLANT} ${SLANT}z`;
