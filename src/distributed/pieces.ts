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

const part = (list: TypedArray, start: number, end: number) =>
  list.subarray(start, Math.max(start, Math.min(end, list.length))) as TypedArray;

/** How a job is cut. */
export function cut(job: Job, rank: number, size: number): Pieces {
  const ranks = [...Array(size).keys()];
  const room = (list: TypedArray, shares = 1) => Math.floor(SLOT / list.BYTES_PER_ELEMENT / shares);
  const pieces = (length: number, step: number) => Math.max(1, Math.ceil(length / step));
  if (job.kind === "allReduce") {
    const { values, op } = job;
    const step = room(values);
    const own = (k: number) => part(values, k * step, (k + 1) * step);
    return {
      count: pieces(values.length, step),
      give: (k) => [own(k)],
      take: (k, slots) =>
        reduceInto(
          op,
          own(k),
          ranks.map((r) => slots(r, own(k).length)),
        ),
    };
  }
  if (job.kind === "broadcast") {
    const { values, src } = job;
    const step = room(values);
    const own = (k: number) => part(values, k * step, (k + 1) * step);
    return {
      count: pieces(values.length, step),
      give: (k) => (rank === src ? [own(k)] : null),
      take: (k, slots) => own(k).set(slots(src, own(k).length) as never),
    };
  }
  const { input, output } = job;
  if (job.kind === "allGather") {
    const step = room(input);
    return {
      count: pieces(input.length, step),
      give: (k) => [part(input, k * step, (k + 1) * step)],
      take(k, slots) {
        const { length } = part(input, k * step, (k + 1) * step);
        for (const r of ranks) output.set(slots(r, length) as never, r * input.length + k * step);
      },
    };
  }
  const step = room(input, size);
  const own = (k: number) => part(output, k * step, (k + 1) * step);
  const { op } = job;
  return {
    count: pieces(output.length, step),
    give: (k) =>
      ranks.map((r) =>
        part(part(input, r * output.length, (r + 1) * output.length), k * step, (k + 1) * step),
      ),
    take(k, slots) {
      const { length } = own(k);
      const from = rank * length;
      const parts = ranks.map((r) => part(slots(r, from + length), from, from + length));
      reduceInto(op, own(k), parts);
    },
  };
}
