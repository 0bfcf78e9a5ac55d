import { record } from "../autograd.js";
import { type AnyTensor, empty, show, sizeOf, type Tensor } from "../tensor.js";
import { maskFor } from "./attention-mask.js";
import { checkNumber, checkSameRuntime, checkTensor } from "./check.js";
import { gemm } from "./gemm.js";

export interface AttentionOptions {
  /** Where it is 0 a key is not seen: float32, int32 or uint8, of a shape that broadcasts to [..., heads, L, S]. */
  mask?: AnyTensor | null;
  /** Query i sees keys 0 … i alone. */
  causal?: boolean;
  /** Factor of the scores; default 1/√E. */
  scale?: number;
  /** So many heads lie beside each other in the features, as a projection leaves them: q is [..., L, heads·E]. */
  heads?: number;
}

/**
 * softmax(q·kᵀ·scale)·v, Vaswani et al. 2017, arXiv 1706.03762: q [..., L, E], k [..., S, E], v [..., S, D] → [..., L, D]. With
 * `heads` the last lengths are those of all heads, and a mask [..., L, S] is every head's. Masked scores are −1e9, so a query
 * that sees nothing averages all values. Throws RangeError on shapes that do not fit.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale, heads }: AttentionOptions = {},
): Tensor {
  const { batch, l, s, e, d, h } = sizesOf(q, k, v, heads);
  checkNumber("scaledDotProductAttention", "scale", scale ?? 1);
  const { runtime } = q;
  using seen = maskFor(mask, q, batch, heads, l, s);
  const pitch = seen ? seen.pitch : 0;
  const rules = [l, s, pitch, Number(causal), scale ?? (e > 0 ? 1 / Math.sqrt(e) : 0)];
  const rows = sizeOf(batch) * h * l;

  using p = empty(runtime, [sizeOf(batch) * h, l, s]);
  multiply(p, of(q, h), of(k, h, true), l, s, e, 1);
  const [values, offsets] = [seen?.values, seen?.offsets];
  const given = [values ? values.ptr : 0, offsets ? offsets.ptr : 0];
  runtime.run("attentionWeights", rows, 10 * s, [p.ptr, ...given, ...rules]);
  const y = empty(runtime, [...batch, l, h * d]);
  multiply(y, of(p), of(v, h), l, d, s, h);

  const saved = [q, k, v, p, values, offsets];
  return record("scaledDotProductAttention", y, [q, k, v], saved, (dy, saved, needs) => {
    const [q, k, v, p, values, offsets] = saved;
    const [dq, dk, dv] = [q, k, v].map((t, i) => (needs[i] ? empty(runtime, t.shape) : null));
    if (dv) multiply(dv, of(p, 1, true), of(dy, h), s, d, l, h);
    if (!dq && !dk) return [dq, dk, dv];
    using ds = empty(runtime, p.shape);
    multiply(ds, of(dy, h), of(v, h, true), l, s, d, 1);
    const given = [p.ptr, values ? values.ptr : 0, offsets ? offsets.ptr : 0];
    runtime.run("attentionWeightsBackward", rows, 4 * s, [ds.ptr, ...given, ...rules]);
    if (dq) multiply(dq, of(ds), of(k, h), l, e, s, h);
    if (dk) multiply(dk, of(ds, 1, true), of(q, h), s, e, l, h);
    return [dq, dk, dv];
  });
}

interface Matrices {
  ptr: number;
  transposed: boolean;
  /** Elements from one row to the next. */
  pitch: number;
  offsets: number[];
}

/** The matrices [rows, columns] of all heads, where they lie in a tensor [..., rows, heads·columns]: nothing is moved. */
function of({ ptr, shape }: Tensor, heads = 1, transposed = false): Matrices {
  const [rows, pitch] = shape.slice(-2);
  const offsets = Array.from({ length: sizeOf(shape.slice(0, -2)) * heads }, (_, i) => {
    const head = i % heads;
    return ((i - head) / heads) * rows * pitch + (head * pitch) / heads;
  });
  return { ptr, transposed, pitch, offsets };
}

/** Every out [m, n] = a [m, k] · b [k, n]; `heads`: how many lie beside each other in `to`. */
function multiply(
  to: Tensor,
  a: Matrices,
  b: Matrices,
  m: number,
  n: number,
  k: number,
  heads: number,
): void {
  const out = of(to, heads);
  const batch = { a: a.offsets, b: b.offsets, out: out.offsets };
  gemm(to.runtime, to.ptr, a, b, m, n, k, { batch, pitch: out.pitch });
}

/** Checks q, k and v and reads the sizes off them. */
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
  if (
    show(k.shape) !== show([...batch, s, qWidth]) ||
    show(v.shape) !== show([...batch, s, width])
  ) {
    throw new RangeError(
      `${op}: expected q [..., L, E], k [..., S, E] and v [..., S, D], got ${together}`,
    );
  }
  if (kWidth % h !== 0 || width % h !== 0)
    throw new RangeError(`${op}: expected features that ${h} heads share evenly, got ${together}`);
  return { batch, l, s, e: kWidth / h, d: width / h, h };
}
