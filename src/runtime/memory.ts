// Linear memory: made in TypeScript, imported by the kernels, grown only here.
//
//   0 … 1023   never used (the optimiser may assume so)
//   1024       control page: one job at a time, see pool.ts
//   2048       the plan of the next launch: what a kernel must know beside its arguments
//   5120 …     heap
import type { WasmMemory } from "../host-types.js";

export const PAGE = 65536;
export const CONTROL = 1024;
export const PLAN = 2048;
export const HEAP = 5120;

/** 4 GiB is all that 32-bit addresses reach. Shared memory asks for less, for some systems reserve it at once. */
const MAXIMUM = { own: 65536 * PAGE, shared: 32768 * PAGE };
const GROW_STEP = 16 * PAGE;

/**
 * Makes a memory of one page that may grow to `maximumBytes`. Where the engine refuses the reservation, it may grow to
 * half of it.
 */
export function createMemory(shared: boolean, maximumBytes?: number): WasmMemory {
  let maximum = Math.floor((maximumBytes ?? MAXIMUM[shared ? "shared" : "own"]) / PAGE);
  if (!(maximum >= 1 && maximum <= 65536)) {
    throw new RangeError(
      `init: expected maximumMemory from ${PAGE} to ${65536 * PAGE} bytes, got ${maximumBytes}`,
    );
  }
  for (;;) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (error) {
      if (!(error instanceof RangeError) || maximum <= 256) throw error;
      maximum >>= 1;
    }
  }
}

/** The error of an allocation that does not fit. Whoever knows what it was for says that too. */
export class MemoryFull extends RangeError {}

/** The error of a computation in a runtime that was closed. */
export class RuntimeClosed extends Error {
  constructor() {
    super(
      "this runtime was closed; make its tensors anew, tensor(x.toArray(), x.shape), after another `await init()`",
    );
  }
}

const megabytes = (bytes: number) => `${(bytes / PAGE / 16).toFixed(1)} MiB`;

/** Refuses a block that no memory can hold, so that nothing behind this has to deal with sizes beyond 32 bits. */
export function checkBytes(bytes: number): void {
  if (bytes < MAXIMUM.own) return;
  throw new MemoryFull(
    `${megabytes(bytes)} needed, no memory is larger than ${megabytes(MAXIMUM.own)}`,
  );
}

/** Makes addresses below `end` valid, in steps. If it throws, the memory is as it was. */
export function ensure(memory: WasmMemory, end: number): void {
  const missing = end - memory.buffer.byteLength;
  if (missing <= 0) return;
  const least = Math.ceil(missing / PAGE);
  const ample = Math.max(least, GROW_STEP / PAGE, Math.ceil(memory.buffer.byteLength / PAGE / 4));
  for (const pages of [ample, least]) {
    try {
      memory.grow(pages);
      return;
    } catch {
      // try the next, smaller step
    }
  }
  throw new MemoryFull(
    `memory is full: ${megabytes(end)} needed, ${megabytes(memory.buffer.byteLength)} there and no more to be had; ` +
      "free tensors with tidy() or dispose(), use smaller batches, or raise init({ maximumMemory })",
  );
}
