// Jobs of any length, piece by piece through the slots of the memory that threads share.
import type { TypedArray } from "../dtype.js";
import { SLOT } from "./local-memory.js";
import { type Job, reduceInto } from "./transport.js";

/** A job as pieces that fit into a slot: what this rank gives of piece k, and what it takes. */
export interface Pieces {
  count: number;
  /** The array of piece k that goes into the slot; null: nothing. */
  give(k: number): TypedArray[] | null;
  /** `slots(r, n)`: the first n elements in the slot of rank r. */
  take(k: number, slots: (rank: number, count: number) => TypedArray): void;
}

/** How a job is cut. */
export function cut(job: Job, rank: number, size: number): Pieces {
  const ranks = [...Array(size).keys()];
  const source = "values" in job ? job.values : job.input;
  const shares = job.kind === "reduceScatter" ? size : 1;
  const length = source.length / shares;
  const step = Math.floor(SLOT / source.BYTES_PER_ELEMENT / shares);
  /** Piece k of the part of a list that belongs to rank r. */
  const piece = (k: number, list: TypedArray, r = 0) =>
    list.subarray(
      r * length + k * step,
      r * length + Math.min((k + 1) * step, length),
    ) as TypedArray;
  return {
    count: Math.max(1, Math.ceil(length / step)),
    give(k) {
      if (job.kind === "broadcast" && rank !== job.src) return null;
      return ranks.slice(0, shares).map((r) => piece(k, source, r));
    },
    take(k, slots) {
      if (job.kind === "broadcast") {
        const own = piece(k, job.values);
        own.set(slots(job.src, own.length) as never);
      } else if (job.kind === "allGather")
        for (const r of ranks) {
          const part = piece(k, job.output, r);
          part.set(slots(r, part.length) as never);
        }
      else {
        const own = piece(k, job.kind === "allReduce" ? job.values : job.output);
        const first = job.kind === "allReduce" ? 0 : rank * own.length;
        const end = first + own.length;
        const parts = ranks.map((r) => slots(r, end).subarray(first) as TypedArray);
        reduceInto(job.op, own, parts);
      }
    },
  };
}
