import { softmax } from "./softmax.js";

export interface AttentionRule {
  heads?: number;
  /** Whether query i of head h of sample b sees key j. Default: always. */
  sees?: (b: number, h: number, i: number, j: number) => boolean;
  /** A number that is added to the score. */
  plus?: (b: number, h: number, i: number, j: number) => number;
  scale?: number;
}

/**
 * Attention of q [batch, l, heads·e], k [batch, s, heads·e], v [batch, s, heads·d], score by score. Unseen keys have
 * weight 0.
 */
export function attention(
  batch: number,
  l: number,
  e: number,
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  { heads = 1, sees = () => true, plus = () => 0, scale = 1 / Math.sqrt(e) }: AttentionRule = {},
): Float64Array {
  const s = k.length / (batch * heads * e);
  const d = v.length / (batch * s * heads);
  const y = new Float64Array(batch * l * heads * d);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < l; i++) {
        const scores = Array.from({ length: s }, (_, j) => {
          let dot = 0;
          for (let c = 0; c < e; c++)
            dot += q[((b * l + i) * heads + h) * e + c] * k[((b * s + j) * heads + h) * e + c];
          return sees(b, h, i, j) ? dot * scale + plus(b, h, i, j) : Number.NEGATIVE_INFINITY;
        });
        if (scores.every((score) => score === Number.NEGATIVE_INFINITY)) continue;
        softmax(scores, 1, s, 1).forEach((weight, j) => {
          for (let c = 0; c < d; c++)
            y[((b * l + i) * heads + h) * d + c] += weight * v[((b * s + j) * heads + h) * d + c];
        });
      }
    }
  }
  return y;
}
