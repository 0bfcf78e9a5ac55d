// Scores of attention, which are made and used in blocks: the weights [L, S] of all heads never exist at once.
import { type Address, behind, NOWHERE } from "../../runtime/address.js";
import type { Runtime } from "../../runtime/runtime.js";
import { addressOf, sizeOf, type Tensor } from "../../tensor.js";
import { gemm } from "./gemm.js";

/** How many floats of scores are held at a time. They stay in L2 between the two products. */
const BLOCK = 2 ** 18;

/** How many rows of a head make a block of scores. */
export const rowsOf = ({ s }: Rules): number => Math.ceil(BLOCK / Math.max(1, s) / 8) * 8;

/** Whether the weights are no larger than the queries. Then they are one block, and are kept. */
export const isKept = ({ s, e }: Rules): boolean => s <= e;

/** How many heads make a block. */
const togetherOf = (rules: Rules): number =>
  isKept(rules) ? rules.count : Math.max(1, Math.floor(BLOCK / (rules.l * rules.s)));

/** Sizes and options of all heads. */
export interface Rules {
  /** Heads of all samples: so many matrices of scores. */
  count: number;
  l: number;
  s: number;
  e: number;
  scale: number;
  causal: boolean;
  maskPitch: number;
}

/** Scores that are made together, of `matrices` heads or of some rows of one head: their first `keys` columns. */
export interface Block {
  first: number;
  matrices: number;
  row: number;
  rows: number;
  keys: number;
}

/**
 * All scores in blocks of about BLOCK floats: whole heads, or `rows` of a head. With `causal`, keys behind the last
 * query of a block are left out.
 */
export function* blocksOf(rules: Rules, rows: number): Generator<Block> {
  const { count, l, s, causal } = rules;
  const together = togetherOf(rules);
  for (let first = 0; first < count; first += together) {
    const matrices = Math.min(together, count - first);
    const step = Math.max(1, matrices > 1 || isKept(rules) ? l : rows);
    for (let row = 0; row === 0 || row < l; row += step) {
      const end = Math.min(l, row + step);
      const keys = causal && end < l ? Math.min(s, end) : s;
      yield { first, matrices, row, rows: end - row, keys };
    }
  }
}

/** How many floats the largest block has. */
export function scratchOf(rules: Rules, rows: number): number {
  const { count, l, s } = rules;
  const together = Math.min(count, togetherOf(rules));
  return together * s * (together > 1 || isKept(rules) ? l : Math.min(l, rows));
}

/** The mask as the kernels take it, if there is one. */
export interface Given {
  values: Tensor | undefined;
  offsets: Tensor<"int32"> | undefined;
}

/** The arguments of the kernels that come after the scores. */
const argumentsOf = (
  { scale, causal, maskPitch }: Rules,
  { first, row, rows, keys }: Block,
  { values, offsets }: Given,
) =>
  [
    addressOf(values),
    offsets ? behind(offsets.ptr, 4 * first) : NOWHERE,
    ...([rows, row, keys, maskPitch, Number(causal), scale] as const),
  ] as const;

/** The weights of a block, softmax(q·kᵀ·scale), in `scratch`. `there` says that they are there already. */
export function weights(
  scratch: Tensor,
  q: Matrices,
  k: Matrices,
  rules: Rules,
  block: Block,
  given: Given,
  there = false,
): Matrices {
  const { runtime } = scratch;
  const { matrices, rows, keys } = block;
  const p: Matrices = {
    ...{ ptr: scratch.ptr, transposed: false, pitch: keys },
    offsets: Array.from({ length: matrices }, (_, i) => i * rows * keys),
  };
  if (there) return p;
  multiply(runtime, p, part(q, block), turned(part(k, block, 0)), rows, keys, rules.e);
  const args = [p.ptr, ...argumentsOf(rules, block, given)] as const;
  runtime.run("attentionWeights", matrices * rows, 10 * keys, args);
  return p;
}

/** Makes gradients of the scores from gradients of the weights p, in place. */
export function scoreGradients(
  runtime: Runtime,
  ds: Matrices,
  p: Matrices,
  rules: Rules,
  block: Block,
  given: Given,
): void {
  const { matrices, rows, keys } = block;
  const args = [ds.ptr, p.ptr, ...argumentsOf(rules, block, given)] as const;
  runtime.run("attentionWeightsBackward", matrices * rows, 4 * keys, args);
}

/** Where the matrices of some heads lie. */
export interface Matrices {
  ptr: Address;
  transposed: boolean;
  /** Elements from one row to the next. */
  pitch: number;
  offsets: number[];
}

/**
 * The matrices [rows, columns] of all heads, where they lie in a tensor [..., rows, heads·columns]. Nothing is moved.
 */
export function matricesOf({ ptr, shape }: Tensor, heads: number): Matrices {
  const [rows, pitch] = shape.slice(-2);
  const offsets = Array.from({ length: sizeOf(shape.slice(0, -2)) * heads }, (_, i) => {
    const head = i % heads;
    return ((i - head) / heads) * rows * pitch + (head * pitch) / heads;
  });
  return { ptr, transposed: false, pitch, offsets };
}

export const turned = (m: Matrices): Matrices => ({ ...m, transposed: !m.transposed });

/** The matrices of a block, from its first row on. */
export function part(m: Matrices, { first, matrices, row: own }: Block, row = own): Matrices {
  const offsets = m.offsets.slice(first, first + matrices).map((at) => at + row * m.pitch);
  return { ...m, offsets };
}

/** Makes every out [m, n] = a [m, k] · b [k, n]. */
export function multiply(
  runtime: Runtime,
  out: Matrices,
  a: Matrices,
  b: Matrices,
  m: number,
  n: number,
  k: number,
): void {
  const batch = { a: a.offsets, b: b.offsets, out: out.offsets };
  gemm(runtime, out.ptr, a, b, m, n, k, { batch, pitch: out.pitch });
}
