// Tensors as text: nested brackets and aligned columns, shortened as NumPy does it.
import { type Shape, sizeOf } from "./shape.js";

/** With more elements than this, only the ends of each axis are shown. */
const WHOLE = 1000;
const EDGE = 3;
const LINE = 75;

type Nested = string | Nested[];

/** The shortest decimal text that gives this float32 again. */
const shortest = (value: number): string =>
  String(
    [6, 7, 8, 9].map((d) => Number(value.toPrecision(d))).find((v) => Math.fround(v) === value) ??
      value,
  );

/** The elements of an array of `shape`. */
export function format(elements: ArrayLike<number | bigint>, shape: Shape): string {
  const size = sizeOf(shape);
  if (size === 0) return "[]";
  const whole = size <= WHOLE;
  let width = 0;
  const nested = (axis: number, start: number): Nested => {
    if (axis === shape.length) {
      const value = elements[start];
      const text = elements instanceof Float32Array ? shortest(value as number) : String(value);
      width = Math.max(width, text.length);
      return text;
    }
    const length = shape[axis];
    const step = sizeOf(shape.slice(axis + 1));
    const parts: Nested[] = [];
    for (let i = 0; i < length; i++) {
      if (whole || length <= 2 * EDGE || i < EDGE || i >= length - EDGE)
        parts.push(nested(axis + 1, start + i * step));
      else if (i === EDGE) parts.push("…");
    }
    return parts;
  };
  const text = (node: Nested, depth: number): string => {
    if (typeof node === "string") return node.padStart(node === "…" ? 0 : width);
    const indent = `\n${" ".repeat(depth + 1)}`;
    if (depth < shape.length - 1)
      return `[${node.map((part) => text(part, depth + 1)).join(`,${indent}`)}]`;
    const each = Math.max(1, Math.floor(LINE / (width + 2)));
    const lines = node.map(
      (part, i) => (i > 0 && i % each === 0 ? indent : i > 0 ? " " : "") + text(part, depth + 1),
    );
    return `[${lines.join(",")}]`;
  };
  const tree = nested(0, 0);
  return text(tree, 0);
}
