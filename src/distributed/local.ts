// Ranks that are threads of one process. Each gives its values piece by piece into its slots, and reads those of all.
import { arrays, dtypeOf, type TypedArray } from "../dtype.js";
import { LocalMemory, type LocalRank, SLOT } from "./local-memory.js";
import { type Job, reduceInto, type Transport } from "./transport.js";

/** A job as pieces that fit into a slot: what this rank gives of piece k, and what it takes. */
interface Pieces {
  count: number;
  /** The array of piece k that goes into the slot; null: nothing. */
  give(k: number): TypedArray[] | null;
  /** `slots(r, n)`: the first n elements in the slot of rank r. */
  take(k: number, slots: (rank: number, count: number) => TypedArray): void;
}

const part = (list: TypedArray, start: number, end: number) =>
  list.subarray(start, Math.max(start, Math.min(end, list.length))) as TypedArray;

/** How a job is cut. */
function cut(job: Job, rank: number, size: number): Pieces {
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

interface Queued {
  pieces: Pieces;
  type: TypedArray;
  /** The piece that is next, and whether it is given already. */
  next: number;
  given: boolean;
}

export class LocalTransport implements Transport {
  readonly rank: number;
  readonly size: number;
  readonly backend = "local";
  readonly version = "threads of this process";
  readonly ordered = true;
  readonly #memory: LocalMemory;
  /** Jobs in their order. Only the first one goes on. */
  readonly #queue: Queued[] = [];
  /** The number of pieces that this rank has finished. */
  #piece = 0;

  constructor({ rank, size, memory }: LocalRank) {
    this.rank = rank;
    this.size = size;
    this.#memory = new LocalMemory(memory, size);
    if (this.#memory.state.get(rank) !== 0)
      throw new Error("initProcessGroup: this rank has joined its group already; there is one");
    this.#memory.state.set(rank, 1);
  }

  start(job: Job): () => boolean {
    const type = job.kind === "allReduce" || job.kind === "broadcast" ? job.values : job.input;
    const queued = { pieces: cut(job, this.rank, this.size), type, next: 0, given: false };
    this.#queue.push(queued);
    return () => {
      this.#advance();
      return queued.next === queued.pieces.count;
    };
  }

  missing(): string {
    const late = this.#others((r) => this.#memory.posted(r) <= this.#piece);
    return late.length === 0 ? "" : `rank ${late.join(", ")} has not come`;
  }

  abort(message: string): never {
    this.#memory.giveUp(`[rank ${this.rank} of ${this.size}] ${message}`);
    throw new Error(this.#memory.reason ?? message);
  }

  close(): void {
    this.#memory.state.set(this.rank, 2);
  }

  #others(is: (rank: number) => boolean): number[] {
    return [...Array(this.size).keys()].filter(is);
  }

  #advance(): void {
    const { reason } = this.#memory;
    if (reason !== null) throw new Error(reason);
    for (let job = this.#queue[0]; job && this.#step(job); job = this.#queue[0])
      if (job.next === job.pieces.count) this.#queue.shift();
  }

  /** Does what can be done without waiting for another rank. False: nothing. */
  #step(job: Queued): boolean {
    const piece = this.#piece;
    if (!job.given) {
      // a slot is free again when all ranks have read what was in it two pieces ago
      if (this.#others((r) => this.#memory.read(r) < piece - 1).length > 0) return false;
      this.#give(job.pieces.give(job.next), piece);
      job.given = true;
      return true;
    }
    if (this.#others((r) => this.#memory.posted(r) <= piece).length > 0) return false;
    job.pieces.take(job.next, (rank, count) => this.#slot(rank, piece, job.type, count));
    this.#memory.setRead(this.rank, piece + 1);
    this.#piece++;
    job.next++;
    job.given = false;
    return true;
  }

  #give(lists: TypedArray[] | null, piece: number): void {
    let at = 0;
    for (const list of lists ?? []) {
      this.#slot(this.rank, piece, list, at + list.length).set(list as never, at);
      at += list.length;
    }
    this.#memory.setPosted(this.rank, piece + 1);
  }

  #slot(rank: number, piece: number, type: TypedArray, count: number): TypedArray {
    const { memory, start } = this.#memory.slot(rank, piece);
    const { [dtypeOf(type)]: List } = arrays;
    return new List(memory as never, start, count) as TypedArray;
  }
}
