// Small things that must not differ between ranks, or must.
import { checkInteger } from "../numbers.js";
import type { ProcessGroup } from "../process-group.js";
import { type Generator, manualSeed } from "../random.js";

/**
 * Whether `condition` holds in any rank: for decisions that all must take alike, such as to leave out a step whose
 * gradient is NaN in one rank. All ranks must call it.
 */
export function anyRank(group: ProcessGroup, condition: boolean): boolean {
  const flag = Int32Array.of(condition ? 1 : 0);
  group.allReduce(flag, { op: "max" });
  return flag[0] === 1;
}

/**
 * Seeds the default generator from `seed` and the rank, for dropout and augmentation, which must differ between ranks.
 * Parameters are made before, from the seed that all share.
 * @throws RangeError unless `seed` is an integer ≥ 0
 */
export function seedRank(group: ProcessGroup, seed: number): Generator {
  checkInteger("seedRank", "seed", seed, 0);
  return manualSeed((Math.imul(seed, 0x9e3779b1) ^ Math.imul(group.rank + 1, 0x85ebca6b)) >>> 0);
}
