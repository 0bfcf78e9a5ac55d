// Two-level segregated fit over linear memory, kept in JavaScript objects: good fit in O(1), neighbours merge at once.
//
//   heap:  | block | block | free  | block | free …    every block: start, size (multiples of 64), physical neighbours
//   bins:  bin(size) = 4·log2(size/64) + quarter        each bin a stack: the block freed last is warm and goes first

import { type Address, behind } from "./address.js";
import { checkBytes } from "./memory.js";

/** A span of linear memory. */
export interface Block {
  readonly start: Address;
  size: number;
  free: boolean;
  before: Block | null;
  after: Block | null;
  /** The index of a free block in its bin's stack. */
  slot: number;
}

const ALIGN = 64;
const STEPS = 4;

/** The bin of `size`, rounded down to a quarter octave: its blocks are at least as large. */
function binOf(size: number): number {
  const units = size / ALIGN;
  if (units < STEPS) return units - 1;
  const octave = 31 - Math.clz32(units);
  return STEPS * (octave - 1) + ((units >> (octave - 2)) & 3) - 1;
}

export class Allocator {
  readonly #bins: Block[][] = Array.from({ length: STEPS * 32 }, () => []);
  #last: Block | null = null;
  #end: number;
  readonly #grow: (end: number) => void;

  /** Hands out memory from `start` on. `grow(end)` makes addresses below `end` valid, or throws. */
  constructor(start: number, grow: (end: number) => void) {
    this.#end = start;
    this.#grow = grow;
  }

  /**
   * A block of at least `bytes` bytes, 64-byte aligned. Throws what `grow` throws, and RangeError for 4 GiB or more. A
   * throw changes nothing.
   */
  allocate(bytes: number): Block {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    checkBytes(size);
    const found = this.#take(size) ?? this.#extend(size);
    if (found.size > size) this.#split(found, size);
    return found;
  }

  /** Gives a block back and merges it with free neighbours. */
  release(block: Block): void {
    if (block.free) throw new Error("internal: block released twice");
    let merged = block;
    if (block.after?.free) {
      this.#unbin(block.after);
      this.#absorb(block, block.after);
    }
    if (block.before?.free) {
      merged = block.before;
      this.#unbin(merged);
      this.#absorb(merged, block);
    }
    this.#bin(merged);
  }

  /** All blocks in address order, for tests. */
  blocks(): Block[] {
    const list: Block[] = [];
    for (let block = this.#last; block; block = block.before) list.push(block);
    return list.reverse();
  }

  #take(size: number): Block | null {
    const first = binOf(size);
    const own = this.#bins[first];
    for (let i = own.length - 1; i >= Math.max(0, own.length - 8); i--) {
      if (own[i].size >= size) return this.#unbin(own[i]);
    }
    for (let bin = first + 1; bin < this.#bins.length; bin++) {
      const stack = this.#bins[bin];
      if (stack.length > 0) return this.#unbin(stack[stack.length - 1]);
    }
    return null;
  }

  #extend(size: number): Block {
    const tail = this.#last?.free ? this.#last : null;
    const start = tail ? tail.start : this.#end;
    this.#grow(start + size);
    this.#end = start + size;
    if (tail) {
      this.#unbin(tail);
      tail.size = size;
      return tail;
    }
    const block: Block = {
      start: start as Address,
      size,
      free: false,
      before: this.#last,
      after: null,
      slot: -1,
    };
    if (this.#last) this.#last.after = block;
    this.#last = block;
    return block;
  }

  #split(block: Block, size: number): void {
    const rest: Block = {
      start: behind(block.start, size),
      size: block.size - size,
      free: false,
      before: block,
      after: block.after,
      slot: -1,
    };
    if (block.after) block.after.before = rest;
    else this.#last = rest;
    block.after = rest;
    block.size = size;
    this.#bin(rest);
  }

  #absorb(block: Block, next: Block): void {
    block.size += next.size;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
  }

  #bin(block: Block): void {
    const stack = this.#bins[binOf(block.size)];
    block.free = true;
    block.slot = stack.length;
    stack.push(block);
  }

  #unbin(block: Block): Block {
    const stack = this.#bins[binOf(block.size)];
    const top = stack.pop() as Block;
    if (top !== block) {
      stack[block.slot] = top;
      top.slot = block.slot;
    }
    block.free = false;
    block.slot = -1;
    return block;
  }
}
