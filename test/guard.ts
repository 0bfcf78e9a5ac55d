// Guards the memory of a runtime. Each block lies between two zones that nothing may write to, and a new block is full
// of NaN.
import { behind } from "../src/runtime/address.js";
import type { Block } from "../src/runtime/allocator.js";
import type { Runtime } from "../src/runtime/runtime.js";

const ZONE = 64;
/**
 * The contents of a zone and of a new block: two NaN patterns that arithmetic does not give, neither as float32 nor as
 * float64.
 */
const ZONE_WORD = 0xffffffff;
const BLOCK_WORD = 0x7ff7dead;

const repeated = (word: number) => Buffer.from(new Uint32Array(2 ** 14).fill(word).buffer);
const zonePattern = repeated(ZONE_WORD);
const blockPattern = repeated(BLOCK_WORD);

/** A block as the test sees it, inside the larger block of the allocator. */
export interface Guarded {
  outer: Block;
  start: number;
  bytes: number;
  /** The size that the runtime itself counts, in bytes: a multiple of 64. */
  size: number;
  /** The owner of a kept block, which gives it up if memory is needed. Such blocks do not count as in use. */
  owner: { drop(): void } | null;
}

export class Guard {
  readonly #runtime: Runtime;
  readonly #allocate: Runtime["allocate"];
  readonly #release: Runtime["release"];
  readonly #allocateKept: Runtime["allocateKept"];
  readonly #releaseKept: Runtime["releaseKept"];
  readonly #live = new Map<Block, Guarded>();
  /** The blocks in use, in the order of their addresses. */
  readonly #inOrder: Guarded[] = [];
  /** Freed blocks that did not go back to the allocator yet, the oldest first. The guard finds late writes to them. */
  readonly #quarantine: Guarded[] = [];
  readonly #quarantineBytes: number;
  #quarantined = 0;
  #bytes = 0;
  #peakBytes = 0;
  #damage: string[] = [];

  /** Up to `quarantineBytes` of freed memory are filled with NaN and held back. */
  constructor(runtime: Runtime, quarantineBytes = 0) {
    this.#runtime = runtime;
    this.#quarantineBytes = quarantineBytes;
    this.#allocate = runtime.allocate.bind(runtime);
    this.#release = runtime.release.bind(runtime);
    this.#allocateKept = runtime.allocateKept.bind(runtime);
    this.#releaseKept = runtime.releaseKept.bind(runtime);

    runtime.allocate = (bytes) => this.#enter(this.#roomFor(bytes), bytes, null);
    runtime.allocateKept = (bytes, owner) => {
      const outer = this.#allocateKept(bytes + 2 * ZONE, owner);
      return outer && this.#enter(outer, bytes, owner);
    };
    runtime.release = (block) => this.#leave(block);
    runtime.releaseKept = (block) => this.#leave(block);
    // zones and quarantine do not count
    runtime.stats = () => ({
      tensors: runtime.tensors,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
    });
    runtime.resetPeak = () => {
      this.#peakBytes = this.#bytes;
    };
  }

  /** The forbidden writes since the last call, in words. Checks all zones, or those of some blocks. */
  damage(blocks: Iterable<Guarded> = this.#live.values()): string[] {
    for (const guarded of blocks) this.#checkZones(guarded);
    return this.#damage.splice(0);
  }

  /** The block in use that contains an address. */
  blockAt(address: number): Guarded | null {
    const guarded = this.#inOrder[this.#placeOf(address + 1) - 1];
    return guarded && address < guarded.start + Math.max(guarded.bytes, 1) ? guarded : null;
  }

  /** The number of blocks in use that start before an address. */
  #placeOf(address: number): number {
    let [least, most] = [0, this.#inOrder.length];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (this.#inOrder[middle].start < address) least = middle + 1;
      else most = middle;
    }
    return least;
  }

  /** Gives the blocks in quarantine back to the allocator, and notes their damage. */
  emptyQuarantine(): void {
    this.#shrinkQuarantine(0);
  }

  #enter(outer: Block, bytes: number, owner: Guarded["owner"]): Block {
    const start = behind(outer.start, ZONE);
    const size = Math.max(64, Math.ceil(bytes / 64) * 64);
    const block = { ...outer, start, size };
    this.#fill(outer.start, ZONE, zonePattern);
    this.#fill(start, bytes, blockPattern);
    this.#fill(start + bytes, ZONE, zonePattern);
    const guarded = { outer, start, bytes, size, owner };
    this.#live.set(block, guarded);
    this.#inOrder.splice(this.#placeOf(start), 0, guarded);
    if (!owner) this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return block;
  }

  #leave(block: Block): void {
    const guarded = this.#live.get(block);
    if (!guarded) throw new Error("internal: a block released twice, or never allocated");
    this.#checkZones(guarded);
    this.#live.delete(block);
    this.#inOrder.splice(this.#placeOf(guarded.start), 1);
    if (!guarded.owner) this.#bytes -= guarded.size;
    if (this.#quarantineBytes > 0) this.#fill(guarded.start, guarded.bytes, blockPattern);
    // goes back at once: otherwise its owner would be asked a second time to give it up
    if (guarded.owner) {
      this.#releaseKept(guarded.outer, guarded.owner);
      return;
    }
    this.#quarantine.push(guarded);
    this.#quarantined += guarded.bytes + 2 * ZONE;
    this.#shrinkQuarantine(this.#quarantineBytes);
  }

  /** Memory for a block and its zones. If there is none, the quarantine is emptied. */
  #roomFor(bytes: number): Block {
    try {
      return this.#allocate(bytes + 2 * ZONE);
    } catch (error) {
      if (this.#quarantine.length === 0) throw error;
      this.emptyQuarantine();
      return this.#allocate(bytes + 2 * ZONE);
    }
  }

  #shrinkQuarantine(most: number): void {
    while (this.#quarantine.length > 0 && this.#quarantined > most) {
      const { outer, start, bytes } = this.#quarantine.shift() as Guarded;
      this.#quarantined -= bytes + 2 * ZONE;
      if (this.#quarantineBytes > 0 && !this.#holds(start, bytes, blockPattern))
        this.#damage.push(`in a block of ${bytes} bytes after it was freed`);
      this.#release(outer);
    }
  }

  #checkZones({ start, bytes }: Guarded): void {
    const zones = [
      ["before", start - ZONE],
      ["behind", start + bytes],
    ] as const;
    for (const [where, at] of zones) {
      if (this.#holds(at, ZONE, zonePattern)) continue;
      this.#damage.push(`${where} a block of ${bytes} bytes`);
      this.#fill(at, ZONE, zonePattern); // so that it is reported only once
    }
  }

  /** The bytes at an address in pieces, each with an equally long piece of a pattern. */
  *#pieces(at: number, bytes: number, pattern: Buffer): Iterable<[piece: Buffer, want: Buffer]> {
    const memory = this.#runtime.memory.buffer as ArrayBuffer;
    for (let done = 0; done < bytes; done += pattern.length) {
      const length = Math.min(pattern.length, bytes - done);
      yield [Buffer.from(memory, at + done, length), pattern.subarray(0, length)];
    }
  }

  #fill(at: number, bytes: number, pattern: Buffer): void {
    for (const [piece, want] of this.#pieces(at, bytes, pattern)) piece.set(want);
  }

  #holds(at: number, bytes: number, pattern: Buffer): boolean {
    for (const [piece, want] of this.#pieces(at, bytes, pattern))
      if (!piece.equals(want)) return false;
    return true;
  }
}
