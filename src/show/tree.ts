import { type Advice, isAdvice, type Question, type Step } from "../experiments/choose.js";
import { escapeHtml } from "./escape-html.js";
import { CHOSEN, MARKED } from "./palette.js";

const ROW = 50;
const COLUMN = 286;
const BOX = { width: 164, height: 40 };

interface Placed {
  svg: string[];
  /** The middle of the node, in pixels from the top. */
  y: number;
  /** The number of rows that the node takes. */
  rows: number;
}

/** A decision tree from left to right as SVG. The steps of `path` are marked. */
export function treeSvg(root: Question, path: readonly Step[]): string {
  const chosen = new Set(path.map(({ branch }) => branch));
  const depthOf = (node: Question | Advice): number =>
    isAdvice(node) ? 0 : 1 + Math.max(...node.branches.map(({ next }) => depthOf(next)));

  function place(node: Question | Advice, depth: number, row: number, lit: boolean): Placed {
    const x = depth * COLUMN;
    if (isAdvice(node)) {
      const y = (row + 0.5) * ROW;
      return { svg: [box(x, y, node.norm, lit ? CHOSEN : MARKED, true)], y, rows: 1 };
    }
    const svg: string[] = [];
    const children = [];
    let taken = 0;
    for (const branch of node.branches) {
      const child = place(branch.next, depth + 1, row + taken, chosen.has(branch));
      taken += child.rows;
      children.push({ branch, child });
      svg.push(...child.svg);
    }
    const y = (children[0].child.y + children[children.length - 1].child.y) / 2;
    for (const { branch, child } of children)
      svg.push(edge(x + BOX.width, y, x + COLUMN, child.y, branch.label, chosen.has(branch)));
    svg.push(box(x, y, node.ask, lit ? CHOSEN : "gray", false));
    return { svg, y, rows: taken };
  }

  const { svg, rows } = place(root, 0, 0, path.length > 0);
  const [width, height] = [depthOf(root) * COLUMN + BOX.width + 2, rows * ROW];
  const size = `viewBox="-1 0 ${width} ${height}" style="min-width:${width * 0.82}px"`;
  return `<svg ${size} role="img" aria-label="Decision tree">
${svg.join("\n")}
</svg>`;
}

function box(x: number, y: number, text: string, colour: string, filled: boolean): string {
  const lines = wrap(text, 22);
  const spans = lines.map(
    (line, i) =>
      `<tspan x="${x + BOX.width / 2}" y="${y + 4 + 14 * (i - (lines.length - 1) / 2)}">${escapeHtml(line)}</tspan>`,
  );
  const fill = filled ? `${colour}26` : "none";
  const place = `x="${x}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}"`;
  return `<rect ${place} rx="5" fill="${fill}" stroke="${colour}" stroke-width="1.5"/>
<text text-anchor="middle" font-size="12" fill="currentColor">${spans.join("")}</text>`;
}

/** An edge. Its label stands above its level end. */
function edge(x1: number, y1: number, x2: number, y2: number, label: string, lit: boolean): string {
  const bend = x1 + 12;
  const lines = wrap(label, 17);
  const spans = lines.map(
    (line, i) =>
      `<tspan x="${bend + 4}" y="${y2 - 4 - (lines.length - 1 - i) * 12}">${escapeHtml(line)}</tspan>`,
  );
  const stroke = lit ? `stroke="${CHOSEN}" stroke-width="2.5"` : 'stroke="gray" stroke-width="1"';
  return `<path d="M${x1} ${y1} H${bend} V${y2} H${x2}" fill="none" ${stroke}/>
<text font-size="11" fill="currentColor">${spans.join("")}</text>`;
}

/** Breaks words into lines of at most about `length` letters. */
function wrap(text: string, length: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}
