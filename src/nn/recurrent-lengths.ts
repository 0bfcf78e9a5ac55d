// Sequences of several lengths in one batch: what is behind the end of a sequence is neither read nor written.
import { add } from "../ops/elementwise/add.js";
import { gated } from "../ops/elementwise/gated.js";
import { type AnyTensor, Tensor, tensor, zeros } from "../tensor.js";

/** Where a step is within its sequence, and where it is not, as constants [N, H]. */
export interface Mask {
  open: Tensor;
  shut: Tensor;
}

export function maskAt(
  { runtime }: Tensor,
  ends: readonly number[],
  t: number,
  features: number,
): Mask {
  const of = (inside: number) =>
    tensor(
      Float32Array.from({ length: ends.length * features }, (_, i) =>
        t < ends[Math.floor(i / features)] ? inside : 1 - inside,
      ),
      [ends.length, features],
      { runtime },
    );
  return { open: of(1), shut: of(0) };
}

/** 1 for each element of x [N, L, features] within its sequence. */
export function maskOf({ runtime, shape }: Tensor, ends: readonly number[]): Tensor {
  const [, length, features] = shape;
  const open = zeros(shape, { runtime });
  ends.forEach((end, n) => {
    open.elements.fill(1, n * length * features, (n * length + end) * features);
  });
  return open;
}

/** The next state within a sequence, the old one behind its end. */
export const held = (next: Tensor, old: Tensor | null, { open, shut }: Mask): Tensor =>
  add(gated(next, open), gated(old as Tensor, shut));

/** The checked lengths as numbers. */
export function checkLengths(
  name: string,
  lengths: AnyTensor | ArrayLike<number>,
  n: number,
  most: number,
): number[] {
  const list = Array.from(
    lengths instanceof Tensor ? (lengths.elements as ArrayLike<number>) : lengths,
    Number,
  );
  if (list.length !== n) throw new RangeError(`${name}: expected ${n} lengths, got ${list.length}`);
  for (const length of list)
    if (!Number.isInteger(length) || length < 1 || length > most)
      throw new RangeError(`${name}: expected lengths from 1 to ${most}, got ${length}`);
  return list;
}
