// Attention of what is not finite. A weight of 0 hides nothing in a product of matrices, where 0·NaN is NaN. So queries
// that see something not finite are made one by one, of what they see alone. The others are made of copies without it.
import { exp } from "../../portable-math.js";
import type { Tensor } from "../../tensor.js";
import { type Given, type Matrices, matricesOf, type Rules } from "./attention-blocks.js";
import { allFinite, finiteOf } from "./finite.js";

/** The rows of all heads: row i of matrix m begins at element offsets[m] + i·pitch. */
interface Rows extends Matrices {
  elements: Float32Array;
  width: number;
}

/** The rows of a tensor. Memory must not grow while they are in use. */
const rowsOf = (tensor: Tensor, heads: number): Rows => ({
  ...matricesOf(tensor, heads),
  elements: tensor.elements,
  width: (tensor.shape.at(-1) ?? 0) / heads,
});

const row = ({ elements, offsets, pitch, width }: Rows, matrix: number, i: number): Float32Array =>
  elements.subarray(offsets[matrix] + i * pitch, offsets[matrix] + i * pitch + width);

/** A query, the keys it sees and what is added to their scores. */
export interface Query {
  matrix: number;
  i: number;
  keys: number[];
  added: number[];
  /** Whether its weights are made of something not finite, not only multiplied with it. */
  weights: boolean;
}

/** Whether a query could see less than all, and there is something not finite to be hidden. */
export const isWild = (rules: Rules, { values }: Given, tensors: readonly Tensor[]): boolean =>
  (rules.causal || values !== undefined) && !tensors.every(allFinite);

export const copiesOf = (tensors: readonly Tensor[]): Tensor[] => tensors.map(finiteOf);

/** The queries that are not finite or see what is not, or whose gradient, if given, is not finite. */
export function wildQueries(
  { count, l, s, causal, maskPitch }: Rules,
  { values, offsets }: Given,
  heads: number,
  tensors: readonly Tensor[],
): Query[] {
  const [q, k, v, dy] = tensors.map((t) => rowsOf(t, heads));
  const rowIsFinite = (of: Rows, matrix: number, i: number) =>
    row(of, matrix, i).every(Number.isFinite);
  const queries: Query[] = [];
  for (let matrix = 0; matrix < count; matrix++) {
    const [finite, finiteValues] = [k, v].map((of) =>
      Array.from({ length: s }, (_, j) => rowIsFinite(of, matrix, j)),
    );
    for (let i = 0; i < l; i++) {
      const start = ((offsets?.elements[matrix] ?? 0) + i * maskPitch) / 4;
      const add = (j: number) => values?.elements[start + j] ?? 0;
      const sees = (j: number) => (!causal || j <= i) && add(j) !== -Infinity;
      const keys = [...finite.keys()].filter(sees);
      const weights = !rowIsFinite(q, matrix, i) || !keys.every((j) => finite[j]);
      const others = keys.every((j) => finiteValues[j]) && (!dy || rowIsFinite(dy, matrix, i));
      if (weights || !others) queries.push({ matrix, i, keys, added: keys.map(add), weights });
    }
  }
  return queries;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
}

function weightsOf({ matrix, i, keys, added }: Query, q: Rows, k: Rows, scale: number): number[] {
  const query = row(q, matrix, i);
  const scores = keys.map((j, n) => dot(query, row(k, matrix, j)) * scale + added[n]);
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((score) => exp(score - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/**
 * to += factor·from, in float32. With `all` false it adds only what is not finite in `from`: the rest is there already.
 */
function accumulate(to: Float32Array, factor: number, from: Float32Array, all = true): void {
  for (let c = 0; c < to.length; c++)
    if (all || !Number.isFinite(from[c])) to[c] += factor * from[c];
}

/** Writes what the products of tame matrices left out to its rows of y. */
export function attendSingly(
  queries: readonly Query[],
  y: Tensor,
  [q, k, v]: readonly Tensor[],
  heads: number,
  { scale }: Rules,
): void {
  const [Y, Q, K, V] = [y, q, k, v].map((t) => rowsOf(t, heads));
  for (const query of queries) {
    const { matrix, i, keys, weights } = query;
    const out = row(Y, matrix, i);
    if (weights) out.fill(0);
    weightsOf(query, Q, K, scale).forEach((p, n) => {
      accumulate(out, p, row(V, matrix, keys[n]), weights);
    });
  }
}

/** Sets the gradient of their outputs to zero: for all of them, or for those whose weights are not finite. */
export function withoutThem(
  queries: readonly Query[],
  dy: Tensor,
  heads: number,
  weights: boolean,
): void {
  const rows = rowsOf(dy, heads);
  for (const query of queries)
    if (query.weights || !weights) row(rows, query.matrix, query.i).fill(0);
}

/** Adds what the products of tame matrices left out to the gradients. */
export function backSingly(
  queries: readonly Query[],
  gradients: readonly (Tensor | null)[],
  [q, k, v, dy]: readonly Tensor[],
  heads: number,
  { scale }: Rules,
): void {
  const [Q, K, V, dY] = [q, k, v, dy].map((t) => rowsOf(t, heads));
  const [dQ, dK, dV] = gradients.map((t) => t && rowsOf(t, heads));
  for (const query of queries) {
    const { matrix, i, keys } = query;
    const upstream = row(dY, matrix, i);
    const weights = weightsOf(query, Q, K, scale);
    const slopes = keys.map((j) => dot(upstream, row(V, matrix, j)));
    const mean = weights.reduce((sum, p, n) => sum + p * slopes[n], 0);
    keys.forEach((j, n) => {
      const score = weights[n] * (slopes[n] - mean) * scale;
      if (dQ) accumulate(row(dQ, matrix, i), score, row(K, matrix, j));
      if (dK) accumulate(row(dK, matrix, j), score, row(Q, matrix, i));
      if (dV) accumulate(row(dV, matrix, j), weights[n], upstream, query.weights);
    });
  }
}
