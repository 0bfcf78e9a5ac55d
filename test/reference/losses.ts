// Losses of one element, or of the classes of one place, in float64.

export const smoothL1 = (x: number, t: number, beta: number): number => {
  const d = Math.abs(x - t);
  return d < beta ? (0.5 * d * d) / beta : d - 0.5 * beta;
};

export const huber = (x: number, t: number, delta: number): number => delta * smoothL1(x, t, delta);

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const binaryCrossEntropy = (x: number, t: number, weight = 1, posWeight = 1): number =>
  weight * (posWeight * t * softplus(-x) + (1 - t) * softplus(x));

export const klDiv = (x: number, t: number): number => (t === 0 ? 0 : t * Math.log(t)) - t * x;

/** −Σ shares·ln softmax(row). A class without a share counts as 0. */
export function shareLoss(row: ArrayLike<number>, shares: ArrayLike<number>): number {
  const list = Array.from(row);
  const largest = Math.max(...list);
  const total = Math.log(list.reduce((sum, v) => sum + Math.exp(v - largest), 0)) + largest;
  return list.reduce((sum, v, c) => sum + (shares[c] === 0 ? 0 : shares[c] * (total - v)), 0);
}

export function reduced(terms: Float64Array, reduction: string, count = terms.length) {
  if (reduction === "none") return terms;
  const sum = terms.reduce((total, v) => total + v, 0);
  return Float64Array.of(reduction === "sum" ? sum : sum / count);
}
