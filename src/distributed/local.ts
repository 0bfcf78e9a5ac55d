// Ranks that are threads of one process. Each gives its values piece by piece into its slots, and reads those of all.
import { arrays, dtypeOf, type TypedArray } from "../dtype.js";
import { LocalMemory, type LocalRank } from "./local-memory.js";
import { cut, type Pieces } from "./pieces.js";
import type { Job, Transport } from "./transport.js";

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
  /** The number of pieces that this rank has finished, which begins again after 2³². */
  #piece: number;

  constructor({ rank, size, memory }: LocalRank) {
    this.rank = rank;
    this.size = size;
    this.#memory = new LocalMemory(memory, size);
    if (this.#memory.state.get(rank) !== 0)
      throw new Error("initProcessGroup: this rank has joined its group already; there is one");
    this.#memory.state.set(rank, 1);
    const [gone] = this.#others((r) => this.#memory.state.get(r) === 3);
    if (gone !== undefined) {
      this.#memory.state.set(rank, 0);
      throw new Error(`[rank ${gone} of ${size}] ended without initProcessGroup()`);
    }
    this.#piece = this.#memory.read(rank);
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
    const late = this.#others((r) => !this.#memory.hasPosted(r, this.#piece));
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
      if (this.#others((r) => !this.#memory.hasRead(r, piece - 2)).length > 0) return false;
      this.#give(job.pieces.give(job.next), piece);
      job.given = true;
      return true;
    }
    if (this.#others((r) => !this.#memory.hasPosted(r, piece)).length > 0) return false;
    job.pieces.take(job.next, (rank, count) => this.#slot(rank, piece, job.type, count));
    this.#memory.setRead(this.rank, piece + 1);
    this.#piece = (piece + 1) | 0;
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
