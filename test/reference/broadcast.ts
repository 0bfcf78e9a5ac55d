type Shape = readonly number[];

const sizeOf = (shape: Shape) => shape.reduce((product, length) => product * length, 1);

/** The row-major coordinates of element `i`. */
export function coordinates(i: number, shape: Shape): number[] {
  const at: number[] = [];
  let rest = i;
  for (const length of [...shape].reverse()) {
    at.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return at;
}

export const indexOf = (at: readonly number[], shape: Shape): number =>
  at.reduce((index, k, axis) => index * shape[axis] + k, 0);

/**
 * The element of an operand of `shape` for place `at` of the result. Shapes are right-aligned, and an axis of length 1
 * is repeated.
 */
const source = (at: readonly number[], shape: Shape) =>
  indexOf(
    shape.map((length, axis) => (length === 1 ? 0 : at[at.length - shape.length + axis])),
    shape,
  );

/** f(a, b) element by element in `shape`. Both operands broadcast to it. */
export function broadcast(
  f: (a: number, b: number) => number,
  a: ArrayLike<number>,
  shapeA: Shape,
  b: ArrayLike<number>,
  shapeB: Shape,
  shape: Shape,
): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const at = coordinates(i, shape);
    return f(a[source(at, shapeA)], b[source(at, shapeB)]);
  });
}

/** Σ x over `axes`. */
export function sum(x: ArrayLike<number>, shape: Shape, axes: readonly number[]): Float64Array {
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const y = new Float64Array(sizeOf(kept));
  for (let i = 0; i < sizeOf(shape); i++) y[source(coordinates(i, shape), kept)] += x[i];
  return y;
}
