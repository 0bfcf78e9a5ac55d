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

/** What stands on the tree. */
export interface TreeWords {
  label: string;
  ask(question: Question): string;
  branch(step: Step): string;
  /** The norm at the end of a path. */
  norm(path: readonly Step[]): string;
}

/** A decision tree from left to right as SVG. The steps of `path` are marked. */
export function treeSvg(root: Question, path: readonly Step[], words: TreeWords): string {
  const chosen = new Set(path.map(({ branch }) => branch));
  const depthOf = (node: Question | Advice): number =>
    isAdvice(node) ? 0 : 1 + Math.max(...node.branches.map(({ next }) => depthOf(next)));

  function place(
    node: Question | Advice,
    above: readonly Step[],
    row: number,
    lit: boolean,
  ): Placed {
    const x = above.length * COLUMN;
    if (isAdvice(node)) {
      const y = (row + 0.5) * ROW;
      return { svg: [box(x, y, words.norm(above), lit ? CHOSEN : MARKED, true)], y, rows: 1 };
    }
    const svg: string[] = [];
    const children = [];
    let taken = 0;
    for (const branch of node.branches) {
      const step = { question: node, branch };
      const child = place(branch.next, [...above, step], row + taken, chosen.has(branch));
      taken += child.rows;
      children.push({ step, child });
      svg.push(...child.svg);
    }
    const y = (children[0].child.y + children[children.length - 1].child.y) / 2;
    for (const { step, child } of children) {
      const lit = chosen.has(step.branch);
      svg.push(edge(x + BOX.width, y, x + COLUMN, child.y, words.branch(step), lit));
    }
    svg.push(box(x, y, words.ask(node), lit ? CHOSEN : "gray", false));
    return { svg, y, rows: taken };
  }

  const { svg, rows } = place(root, [], 0, path.length > 0);
  const [width, height] = [depthOf(root) * COLUMN + BOX.width + 2, rows * ROW];
  const label = escapeHtml(words.label);
  const size = `viewBox="-1 0 ${width} ${height}" style="min-width:${width * 0.82}px"`;
  return `<svg ${size} role="img" aria-label="${label}">
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
  const look = `fill="none" stroke="${lit ? CHOSEN : "gray"}" stroke-width="${lit ? 2.5 : 1}"`;
  return `<path d="M${x1} ${y1} H${bend} V${y2} H${x2}" ${look}/>
<text font-size="11" fill="currentColor">${spans.join("")}</text>`;
}

/** A Chinese character takes the room of two letters, and a line may end behind each. */
const roomOf = (text: string) =>
  text.length + (text.match(/[\u3000-\u9fff\uff00-\uffef]/g)?.length ?? 0);

/** Words with the spaces before them, and Chinese characters with the mark behind them. */
const UNIT = /\s*(?:[\u3400-\u9fff][，。；：、？）]*|[^\s\u3400-\u9fff]+)/g;

/** Breaks a text into lines of at most about `length` letters. */
function wrap(text: string, length: number): string[] {
  const lines = [""];
  for (const unit of text.match(UNIT) ?? []) {
    const last = lines[lines.length - 1];
    if (last && roomOf(last + unit.trimStart()) >= length) lines.push(unit.trimStart());
    else lines[lines.length - 1] = last + unit;
  }
  return lines;
}
