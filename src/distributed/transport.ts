// The part of a group that differs between backends: collectives on plain memory. group.ts does the rest.
import type { TypedArray } from "../dtype.js";

/** The reductions that a transport must know: a mean is a sum, divided. */
export type Reduction = "sum" | "max" | "min";

export type Job =
  | { kind: "allReduce"; values: TypedArray; op: Reduction }
  | { kind: "broadcast"; values: TypedArray; src: number }
  | { kind: "allGather"; output: TypedArray; input: TypedArray }
  | { kind: "reduceScatter"; output: TypedArray; input: TypedArray; op: Reduction };

export interface Transport {
  readonly rank: number;
  readonly size: number;
  readonly backend: "mpi" | "local";
  readonly version: string;
  /** Whether reductions are sums in rank order in float64. */
  readonly ordered: boolean;
  /** Starts a job. The returned function lets it go on and says whether it is done. */
  start(job: Job): () => boolean;
  /** Who has not come yet, for the error of a deadline; "" where this is not known. */
  missing(): string;
  abort(message: string): never;
  /** Leaves, within so many seconds. All ranks are here. */
  close(timeout: number): void;
}

/** list = list op part, element by element. */
const combine: Record<Reduction, (list: Float64Array, part: ArrayLike<number>) => void> = {
  sum(list, part) {
    for (let i = 0; i < list.length; i++) list[i] += part[i];
  },
  max(list, part) {
    for (let i = 0; i < list.length; i++) list[i] = Math.max(list[i], part[i]);
  },
  min(list, part) {
    for (let i = 0; i < list.length; i++) list[i] = Math.min(list[i], part[i]);
  },
};

/** The same for int64: sums go around at 2⁶³, as in C. */
const combineWhole = {
  sum: (a: bigint, b: bigint) => BigInt.asIntN(64, a + b),
  max: (a: bigint, b: bigint) => (a > b ? a : b),
  min: (a: bigint, b: bigint) => (a < b ? a : b),
};

/** out = parts reduced in their order, in float64. `parts` may hold `out` itself. */
export function reduceInto(op: Reduction, out: TypedArray, parts: readonly TypedArray[]): void {
  if (out instanceof BigInt64Array) {
    const [first, ...rest] = parts as BigInt64Array[];
    for (let i = 0; i < out.length; i++)
      out[i] = rest.reduce((sum, part) => combineWhole[op](sum, part[i]), first[i]);
    return;
  }
  const list = new Float64Array(out.length);
  const [first, ...others] = parts as Exclude<TypedArray, BigInt64Array>[];
  list.set(first);
  for (const part of others) combine[op](list, part);
  out.set(list); // goes around where integers are too large, as in C
}
