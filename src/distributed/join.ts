// What the ranks tell each other where their numbers of batches differ.
import type { ProcessGroup } from "../process-group.js";

/** The longest shape of a sample that can be told. */
const DIMS = 8;

/**
 * Tells the others the shape of a sample of this rank, or that it has none left. Returns the shape in a rank that has
 * one; null: none has.
 */
export function whoGoesOn(
  group: ProcessGroup,
  sample: readonly number[] | null,
): readonly number[] | null {
  if (sample && sample.length > DIMS)
    throw new RangeError(`join: expected samples of at most ${DIMS} axes, got ${sample.length}`);
  const own = new Int32Array(DIMS + 1);
  own.set(sample ? [sample.length + 1, ...sample] : [0]);
  const all = new Int32Array(own.length * group.size);
  group.allGather(all, own);
  for (let at = 0; at < all.length; at += own.length)
    if (all[at] > 0) return [...all.subarray(at + 1, at + all[at])];
  return null;
}

/** The first rank that took most steps. */
export function furthest(group: ProcessGroup, own: number): number {
  const steps = new Float64Array(group.size);
  group.allGather(steps, Float64Array.of(own));
  return steps.indexOf(Math.max(...steps));
}
