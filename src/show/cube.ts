import { dependsOn, type MapShape, type Pattern } from "../experiments/sets.js";
import { MARKED, TINTS } from "./palette.js";

/** The number of cells along samples, channels and positions. They stand for any number of each. */
const SIDE = 4;
const CELL = 22;
/** The slant of the sides that go back: half a cell to the right and up. */
const SLANT = 11;

/** The number of a spec in this drawing: two groups, two samples in a part, three channels in a window. */
const numberOf = ({ channels }: Pattern): number => (channels === "window" ? 3 : 2);

type Cell = [sample: number, channel: number, position: number];
type Point = [x: number, y: number];

/**
 * The block of samples × channels × positions, as SVG. Blue elements share a statistic with the first element. Greys
 * separate the other sets of the first pattern. Channels run right, positions run down, samples run into the depth.
 */
export function cube(sets: Pattern | readonly Pattern[], label: string): string {
  const patterns = [sets].flat();
  const shape: MapShape = [SIDE, SIDE, SIDE, 1];
  const lit = patterns.map((pattern) => dependsOn([pattern], shape, numberOf(pattern)));
  const ways = { each: SIDE, window: SIDE, group: 2, all: 1 }[patterns[0]?.channels ?? "each"];
  const rows = { each: SIDE, part: 2, all: 1 }[patterns[0]?.samples ?? "each"];
  const colour = (cell: Cell) => {
    const [n, c, p] = cell;
    const index = (n * SIDE + c) * SIDE + p;
    if (index === 0 || lit.some((shares) => shares(index, 0))) return MARKED;
    const parity =
      Math.floor((n * rows) / SIDE) +
      Math.floor((c * ways) / SIDE) +
      (patterns[0]?.positions === "all" ? 0 : p);
    return TINTS[parity % 2];
  };
  const top = SIDE * SLANT + 22;
  const at = (right: number, down: number, deep: number): Point => [
    28 + right * CELL + deep * SLANT,
    top + down * CELL - deep * SLANT,
  ];
  const face = (cell: Cell, ...corners: Point[]) =>
    `<polygon points="${corners.join(" ")}" fill="${colour(cell)}" stroke="currentColor" stroke-width="0.8"/>`;
  const faces: string[] = [];
  for (let i = 0; i < SIDE; i++) {
    for (let k = 0; k < SIDE; k++) {
      // The front shows sample 0, the top position 0, the right side the last channel.
      faces.push(
        face([0, i, k], at(i, k, 0), at(i + 1, k, 0), at(i + 1, k + 1, 0), at(i, k + 1, 0)),
      );
      faces.push(
        face([k, i, 0], at(i, 0, k), at(i + 1, 0, k), at(i + 1, 0, k + 1), at(i, 0, k + 1)),
      );
      faces.push(
        face(
          [i, SIDE - 1, k],
          at(SIDE, k, i),
          at(SIDE, k, i + 1),
          at(SIDE, k + 1, i + 1),
          at(SIDE, k + 1, i),
        ),
      );
    }
  }
  const text = ([x, y]: Point, words: string, turn = 0) => {
    const turned = turn ? ` transform="rotate(${turn} ${x} ${y})"` : "";
    const look = `text-anchor="middle" font-size="13" fill="currentColor"${turned}`;
    return `<text x="${x}" y="${y}" ${look}>${words}</text>`;
  };
  const [width, height] = [28 + SIDE * (CELL + SLANT) + 26, top + SIDE * CELL + 24];
  const middle = SIDE / 2;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${faces.join("\n")}
${text([at(middle, SIDE, 0)[0], height - 6], "C")}
${text([16, at(0, middle, 0)[1]], "H, W", -90)}
${text([at(SIDE, SIDE, middle)[0] + 16, at(SIDE, SIDE, middle)[1] + 8], "N")}
</svg>`;
}
