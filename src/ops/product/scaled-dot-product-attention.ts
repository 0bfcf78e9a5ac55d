import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules as Known } from "../../options.js";
import type { Generator } from "../../random.js";
import {
  type AnyTensor,
  empty,
  isShape,
  show,
  sizeOf,
  type Tensor,
  temporary,
} from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import {
  blocksOf,
  type Given,
  isKept,
  type Matrices,
  matricesOf,
  multiply,
  part,
  type Rules,
  rowsOf,
  scoreGradients,
  scratchOf,
  turned,
  weights,
} from "./attention-blocks.js";
import { attendDropped } from "./attention-dropped.js";
import { maskFor } from "./attention-mask.js";
import {
  attendSingly,
  backSingly,
  copiesOf,
  isWild,
  wildQueries,
  withoutThem,
} from "./attention-wild.js";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /**
   * 1 where a key is seen, 0 where it is not: float32, int32 or uint8, of a shape that broadcasts to
   * [..., heads, L, S].
   */
  mask?: AnyTensor | null;
  /**
   * Added to the scores, in place of `mask`. It broadcasts as `mask` does and has no gradient; −∞ where a key is not
   * seen.
   */
  additiveMask?: Tensor | null;
  /** Whether query i sees keys 0 … i alone; false by default. */
  causal?: boolean;
  /** Factor of the scores; default 1/√E. */
  scale?: number;
  /**
   * How many heads lie beside each other in the features, as a projection leaves them: q is [..., L, heads·E]. Without
   * it a head is an axis before L, or there is one.
   */
  heads?: number;
  /**
   * The probability that a weight is dropped, from 0, the default, to below 1. Above 0 all weights [..., heads, L, S]
   * are kept, and a NaN of v that is hidden is not left out.
   */
  dropout?: number;
  /** Where the seed of the dropout comes from; default: the generator that `manualSeed` sets. */
  generator?: Generator;
}

const known: Known<AttentionOptions> = {
  mask: "Tensor|null",
  additiveMask: "Tensor|null",
  causal: "boolean",
  scale: "number",
  heads: "number",
  dropout: "number",
  generator: "Generator",
};

/**
 * softmax(q·kᵀ·scale)·v. With `heads` the last lengths are those of all heads, and a mask [..., L, S] is every head's.
 * What is masked has weight 0. A query that sees nothing gives zeros and no gradient, never NaN. A NaN or infinity that
 * is hidden changes nothing, where PyTorch's 0·NaN does. To read a mask takes about a nanosecond an element. Weights
 * [..., L, S] of more elements than q are never kept. The forward pass makes a megabyte of them at a time, and the
 * backward pass makes them again, at least those of one head at a time.
 * @shape q [..., L, E], k [..., S, E], v [..., S, D] → [..., L, D]
 * @throws RangeError on shapes that do not fit, heads that do not divide the features, and values of a mask other than
 *   0 and 1; TypeError for both masks at once, a mask of another dtype, and an additiveMask that requires a gradient
 * @source Vaswani et al. 2017, arXiv 1706.03762; torch.nn.functional.scaled_dot_product_attention
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): Tensor {
  return call("scaledDotProductAttention", () => {
    checkOptions("scaledDotProductAttention", options, known);
    const { causal = false, scale, heads, dropout = 0, generator } = options;
    const { batch, l, s, e, d, h } = sizesOf(q, k, v, heads);
    if (scale !== undefined && !Number.isFinite(scale))
      throw new RangeError(
        `scaledDotProductAttention: expected scale to be a finite number, got ${scale}`,
      );
    if (!(dropout >= 0 && dropout < 1))
      throw new RangeError(
        `scaledDotProductAttention: expected dropout from 0 to below 1, got ${dropout}`,
      );
    const { runtime } = q;
    using seen = maskFor(options, q, batch, heads, l, s);
    const rules: Rules = {
      ...{ l, s, e, causal, count: sizeOf(batch) * h, maskPitch: seen ? seen.pitch : 0 },
      scale: scale ?? (e > 0 ? 1 / Math.sqrt(e) : 0),
    };
    if (dropout > 0) return attendDropped([q, k, v], h, rules, seen, dropout, generator);

    const y = empty(runtime, [...batch, l, h * d]);
    const mine: Given = { values: seen?.values, offsets: seen?.offsets };
    using scratch = temporary(runtime, [scratchOf(rules, rowsOf(rules))]);
    const wild = isWild(rules, mine, [q, k, v]);
    const tame = wild ? copiesOf([q, k, v]) : [q, k, v];
    const [Q, K, V, Y] = [...tame, y].map((t) => matricesOf(t, h));
    for (const block of blocksOf(rules, rowsOf(rules))) {
      const p = weights(scratch, Q, K, rules, block, mine);
      multiply(runtime, part(Y, block), p, part(V, block, 0), block.rows, d, block.keys);
    }
    if (wild) {
      for (const copy of tame) copy.dispose();
      const queries = wildQueries(rules, mine, h, [q, k, v]);
      attendSingly(queries, y, [q, k, v], h, rules);
    }

    const kept = isKept(rules) ? scratch : null;
    const saved = [q, k, v, mine.values, mine.offsets, kept];
    const how = { op: "scaledDotProductAttention", ...rules, rule: "attention", heads: h };
    return record(how, y, [q, k, v], saved, (dy, saved, needs) => {
      const [q, k, v, values, offsets, kept] = saved;
      const given = { values, offsets } as unknown as Given;
      const [dq, dk, dv] = [q, k, v].map((t, i) => (needs[i] ? empty(runtime, t.shape) : null));
      using made = kept ? null : temporary(runtime, [scratchOf(rules, l)]);
      const scratch = made ?? kept;
      using gradients = dq || dk ? temporary(runtime, scratch.shape) : null;
      const all = [q, k, v, dy];
      const wild = isWild(rules, given, all);
      const tame = wild ? copiesOf([...all, dy]) : [...all, dy];
      const queries = wild ? wildQueries(rules, given, h, all) : [];
      if (wild) {
        withoutThem(queries, tame[3], h, true);
        withoutThem(queries, tame[4], h, false);
      }
      const [Q, K, V, dY, toScores] = tame.map((t) => matricesOf(t, h));
      const [dQ, dK, dV] = [dq, dk, dv].map((t) => t && matricesOf(t, h));
      for (const block of blocksOf(rules, l)) {
        const own = (m: Matrices) => part(m, block);
        const p = weights(scratch, Q, K, rules, block, given, Boolean(kept));
        if (dV) multiply(runtime, own(dV), turned(p), own(dY), s, d, l);
        if (!gradients) continue;
        const ds = { ...p, ptr: gradients.ptr };
        multiply(runtime, ds, own(toScores), turned(own(V)), l, s, d);
        scoreGradients(runtime, ds, p, rules, block, given);
        if (dQ) multiply(runtime, own(dQ), ds, own(K), l, e, s);
        if (dK) multiply(runtime, own(dK), turned(ds), own(Q), s, e, l);
      }
      if (wild) {
        for (const copy of tame) copy.dispose();
        backSingly(queries, [dq, dk, dv], all, h, rules);
      }
      return [dq, dk, dv];
    });
  });
}

/** Checks q, k and v, and returns the sizes. */
function sizesOf(q: Tensor, k: Tensor, v: Tensor, heads: number | undefined) {
  const op = "scaledDotProductAttention";
  checkTensor(op, "q", q);
  checkTensor(op, "k", k);
  checkTensor(op, "v", v);
  checkSameRuntime(op, q, k, v);
  const h = heads ?? 1;
  if (!Number.isInteger(h) || h < 1)
    throw new RangeError(`${op}: expected heads to be an integer ≥ 1, got ${heads}`);
  const batch = q.shape.slice(0, -2);
  const [l, qWidth] = q.shape.slice(-2);
  const [s, kWidth] = k.shape.slice(-2);
  const width = v.shape.at(-1) ?? 0;
  const together = [q, k, v].map(({ shape }) => show(shape)).join(", ");
  if (q.shape.length < 2)
    throw new RangeError(`${op}: expected q of shape [..., L, E], got ${together}`);
  if (!isShape(k.shape, [...batch, s, qWidth]) || !isShape(v.shape, [...batch, s, width])) {
    throw new RangeError(
      `${op}: expected q [..., L, E], k [..., S, E] and v [..., S, D], got ${together}`,
    );
  }
  if (kWidth % h !== 0 || width % h !== 0 || h > Math.max(1, kWidth, width))
    throw new RangeError(`${op}: expected features that ${h} heads share evenly, got ${together}`);
  return { batch, l, s, e: kWidth / h, d: width / h, h };
}
