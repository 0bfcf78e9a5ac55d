import { add } from "../../ops/elementwise/add.js";
import { mul } from "../../ops/elementwise/mul.js";
import { matmul } from "../../ops/product/matmul.js";
import { softmax } from "../../ops/reduce/softmax.js";
import { permute } from "../../ops/shape/permute.js";
import { transpose } from "../../ops/shape/transpose.js";
import type { Tensor } from "../../tensor.js";
import type { Composed } from "../rule.js";
import { constant, type Step, zerosOf } from "../step.js";

interface Attention {
  /** Matrices of scores: heads of all samples. */
  count: number;
  heads: number;
  l: number;
  s: number;
  scale: number;
  causal: boolean;
  /** Bytes from a row of the mask to the next. */
  maskPitch: number;
}

/** Far below every score, and finite: a query that sees nothing shall give no NaN. */
const HIDDEN = -1e30;

/** [..., L, heads·E] as [count, L, E]. */
function byHead(t: Tensor, { count, heads }: Attention): Tensor {
  const [length, width] = t.shape.slice(-2);
  const apart = t.reshape([count / heads, length, heads, width / heads]);
  return permute(apart, [0, 2, 1, 3]).reshape([count, length, width / heads]);
}

/** What is added to the scores, and 1 for those that are seen. */
function masks({ how, saved, dy }: Step<Attention>): { added: Tensor; seen: Tensor } {
  const { count, l, s, causal, maskPitch } = how;
  const [, , , values, offsets] = saved;
  const added = new Float32Array(count * l * s);
  const [mask, starts] = [values?.elements, offsets?.elements];
  added.forEach((_, i) => {
    const [key, query, matrix] = [i % s, Math.floor(i / s) % l, Math.floor(i / (s * l))];
    const given = mask && starts ? mask[starts[matrix] / 4 + (query * maskPitch) / 4 + key] : 0;
    added[i] = (causal && key > query) || given === -Infinity ? HIDDEN : given;
  });
  return {
    added: constant(dy, [count, l, s], added),
    seen: constant(
      dy,
      [count, l, s],
      added.map((value) => Number(value !== HIDDEN)),
    ),
  };
}

/** softmax(q·kᵀ·scale + mask)·v with all weights at once. */
export const attention: Composed<Attention> = {
  op: (inputs: Tensor[], step) => {
    const { how, node } = step;
    if (how.count * how.l * how.s === 0) return zerosOf(step.dy, node.shape);
    const [q, k, v] = inputs.map((t) => byHead(t, how));
    const { added, seen } = masks(step);
    const scores = mul(matmul(q, transpose(k, 1, 2)), how.scale);
    const weights = mul(softmax(add(scores, added)), seen);
    const { count, heads, l } = how;
    const y = matmul(weights, v).reshape([count / heads, heads, l, -1]);
    return permute(y, [0, 2, 1, 3]).reshape(node.shape);
  },
};
