// What several processes that compute together can do. Only types stand here: an operation or a layer takes a group as
// an argument, and src/distributed makes one.
import type { TypedArray } from "./dtype.js";
import type { AnyTensor } from "./tensor.js";

/** How the values of the ranks become one. "mean" is for float32 and float64. */
export type ReduceOp = "sum" | "mean" | "max" | "min";

/** What a collective reads and writes, in place. */
export type Values = AnyTensor | TypedArray;

/** A collective that is under way. Its tensors belong to it until it is done. */
export interface Work {
  readonly done: boolean;
  /** Lets it go on, and says whether it is done. Nothing goes on between two polls. */
  poll(): boolean;
  /** Returns when it is done. Throws Error, naming the operation, when the deadline of the group has passed. */
  wait(): void;
}

/** Options of every collective. */
export interface CollectiveOptions {
  /** Return at once; default: wait. */
  async?: boolean;
}

/** Options of the collectives that make one value of those of the ranks. */
export interface ReduceOptions extends CollectiveOptions {
  /** Default "sum". NaN with "max" and "min" may differ between ranks: use a flag of int32. */
  op?: ReduceOp;
}

/**
 * The ranks 0 … size − 1, one of them this one. Every rank must call the same operations in the same order, with the
 * same shapes and dtypes.
 */
export interface ProcessGroup {
  readonly rank: number;
  readonly size: number;
  readonly backend: "mpi" | "local";
  /** What runs it, such as "Open MPI v4.1.4". */
  readonly version: string;
  /** The step of the training, for error messages. `DistributedDataParallel` counts it. */
  step: number;
  /** How many collectives this rank has called and how many bytes it gave to them. Checks do not count. */
  readonly traffic: { collectives: number; bytes: number };
  /** Puts the sum (or mean, max, min) over all ranks into `values`. */
  allReduce(values: Values, options?: ReduceOptions): Work;
  /** Puts the values of rank `src` (default 0) into `values`. */
  broadcast(values: Values, options?: CollectiveOptions & { src?: number }): Work;
  /** Puts the inputs of all ranks one after the other into `output`, which has `size` times as many elements. */
  allGather(output: Values, input: Values, options?: CollectiveOptions): Work;
  /** Reduces `input`, `size` parts one after the other, and puts the part of this rank into `output`. */
  reduceScatter(output: Values, input: Values, options?: ReduceOptions): Work;
  /** Waits until all ranks are here. */
  barrier(): void;
  /** Lets all that is under way go on. */
  poll(): void;
  /**
   * Refuses every later collective for this reason. Where a rank leaves what all do together in the middle, its next
   * collective would meet another one of theirs. A group of one rank goes on.
   */
  fail(reason: string): void;
  /** Ends all ranks with this reason. */
  abort(reason: unknown): never;
  /** Waits for all ranks and leaves the group. Every rank must call it before it ends. */
  close(): void;
}
