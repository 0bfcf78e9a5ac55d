// Attention whose weights are dropped at random: one step after the other, with all weights in memory.
import type { Generator } from "../../random.js";
import { full, sizeOf, type Tensor } from "../../tensor.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { dropout } from "../elementwise/dropout.js";
import { gated, where } from "../elementwise/gated.js";
import { mul } from "../elementwise/mul.js";
import { softmax } from "../reduce/softmax.js";
import { permute } from "../shape/permute.js";
import { transpose } from "../shape/transpose.js";
import type { Rules } from "./attention-blocks.js";
import type { AttentionMask } from "./attention-mask.js";
import { matmul } from "./matmul.js";

/** softmax(q·kᵀ·scale), each weight 0 with probability p, else weight/(1 − p), times v. All is checked. */
export function attendDropped(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  heads: number,
  rules: Rules,
  mask: AttentionMask | null,
  p: number,
  generator: Generator | undefined,
): Tensor {
  return composed("scaledDotProductAttention", () => {
    const { l, count } = rules;
    /** [..., rows, heads·features] as [count, rows, features]. */
    const matrices = (t: Tensor): Tensor => {
      const [rows, width] = t.shape.slice(-2);
      const apart = t.reshape([count / heads, rows, heads, width / heads]);
      return permute(apart, [0, 2, 1, 3]).reshape([count, rows, width / heads]);
    };
    const scores = mul(matmul(matrices(q), transpose(matrices(k), 1, 2)), rules.scale);
    const { bias, seen } = biasOf(q, rules, mask);
    const weights = gated(softmax(add(gated(scores, seen), bias)), seen);
    const mixed = matmul(dropout(weights, { p, generator }), matrices(v));
    const features = mixed.shape[2];
    const beside = permute(mixed.reshape([count / heads, heads, l, features]), [0, 2, 1, 3]);
    return beside.reshape([...q.shape.slice(0, -1), heads * features]);
  });
}

/** What is added to the scores [count, L, S], and where they are seen. A row that sees nothing gets zeros. */
function biasOf(like: Tensor, rules: Rules, mask: AttentionMask | null) {
  const { count, l, s, causal } = rules;
  const bias = full([count, l, s], 0, { runtime: like.runtime });
  const [to, values, offsets] = [bias.elements, mask?.values.elements, mask?.offsets.elements];
  for (let i = 0; i < sizeOf(bias.shape); i++) {
    const [matrix, row, column] = [Math.floor(i / (l * s)), Math.floor(i / s) % l, i % s];
    if (causal && column > row) to[i] = -Infinity;
    else if (mask && values && offsets)
      to[i] = values[(offsets[matrix] + row * mask.pitch) / 4 + column];
  }
  const seen = where(bias, (value) => value !== -Infinity);
  const { elements } = bias; // where() may have moved the memory
  for (let row = 0; row < count * l; row++) {
    const own = elements.subarray(row * s, (row + 1) * s);
    if (own.every((value) => value === -Infinity)) own.fill(0);
  }
  return { bias, seen };
}
