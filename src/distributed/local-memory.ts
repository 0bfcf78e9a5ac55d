// The memory that the ranks of one process share: counters, and two slots a rank for what it gives.

/** Bytes of a slot. Longer values go in pieces. */
export const SLOT = 1 << 17;
/** Words before the counters: whether somebody gave up, and the length of the reason. */
const HEAD = 16;
/** Words between two counters, so that each has a cache line of its own. */
const APART = 16;
const REASON = 2048;

/** What a worker gets of `launchLocal`, in its workerData. */
export interface LocalRank {
  evenkeelLocal: true;
  rank: number;
  size: number;
  memory: SharedArrayBuffer;
}

export const isLocalRank = (data: unknown): data is LocalRank =>
  (data as LocalRank | null)?.evenkeelLocal === true;

const counters = (size: number) => 4 * (HEAD + 3 * APART * size);

/** Numbers of pieces begin again after 2³²; two ranks are never far apart. */
const isAbove = (count: number, piece: number): boolean => ((count - piece) | 0) > 0;

export const localMemory = (size: number): SharedArrayBuffer =>
  new SharedArrayBuffer(counters(size) + REASON + 2 * SLOT * size);

/** A view of that memory. */
export class LocalMemory {
  readonly size: number;
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer, size: number) {
    this.size = size;
    this.#memory = memory;
    this.#words = new Int32Array(memory, 0, counters(size) / 4);
  }

  #at = (list: number, rank: number) => HEAD + APART * (list * this.size + rank);

  /** How many pieces a rank has read of all ranks. */
  read = (rank: number): number => Atomics.load(this.#words, this.#at(1, rank));
  /** Whether a rank has given this piece. */
  hasPosted = (rank: number, piece: number): boolean =>
    isAbove(Atomics.load(this.#words, this.#at(0, rank)), piece);
  /** Whether a rank has read this piece of all ranks. */
  hasRead = (rank: number, piece: number): boolean => isAbove(this.read(rank), piece);

  setPosted(rank: number, count: number): void {
    Atomics.store(this.#words, this.#at(0, rank), count);
  }

  setRead(rank: number, count: number): void {
    Atomics.store(this.#words, this.#at(1, rank), count);
  }

  /** 0 before a rank has joined, 1 while it is in the group, 2 after it has left, 3 where it ended without joining. */
  get state() {
    return {
      get: (rank: number) => Atomics.load(this.#words, this.#at(2, rank)),
      set: (rank: number, value: number) => Atomics.store(this.#words, this.#at(2, rank), value),
    };
  }

  slot(rank: number, piece: number): { memory: SharedArrayBuffer; start: number } {
    const start = counters(this.size) + REASON + SLOT * (2 * rank + (piece & 1));
    return { memory: this.#memory, start };
  }

  /** Why a rank gave up; null: none did. The first reason stays. */
  get reason(): string | null {
    if (Atomics.load(this.#words, 0) !== 2) return null;
    const bytes = new Uint8Array(this.#memory, counters(this.size), this.#words[1]).slice();
    return new TextDecoder().decode(bytes);
  }

  giveUp(reason: string): void {
    if (Atomics.compareExchange(this.#words, 0, 0, 1) !== 0) return;
    const bytes = new TextEncoder().encode(reason).subarray(0, REASON);
    new Uint8Array(this.#memory, counters(this.size), REASON).set(bytes);
    this.#words[1] = bytes.length;
    Atomics.store(this.#words, 0, 2);
  }
}
