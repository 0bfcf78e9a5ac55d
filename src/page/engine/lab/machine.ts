// The part of the engine for the section This machine.
import { hasRelaxedSimd } from "../../../runtime/features.js";
import type { Runtime } from "../../../runtime/runtime.js";
import { trainedHash } from "../../machine/bits.js";
import { type Speed, speeds } from "../../machine/speed.js";

export { Session } from "../session.js"; // as in calls.ts: the core stays in one piece

/** What a worker of the page runs on. */
export interface Machine {
  variant: string;
  threads: number;
  /** Whether its memory is shared between threads. */
  shared: boolean;
  /** The WebAssembly memory of the worker, in bytes. */
  memory: number;
  /** Whether this browser could run the faster build as well. */
  relaxed: boolean;
}

export const machine = ({ variant, threads, shared, memory }: Runtime): Machine => ({
  ...{ variant, threads, shared, memory: memory.buffer.byteLength },
  relaxed: hasRelaxedSimd(),
});

/** The hash of weights that are trained here, and how long it took, in milliseconds. */
export function bits(runtime: Runtime): { hash: string; took: number } {
  const start = performance.now();
  const hash = trainedHash(runtime);
  return { hash, took: performance.now() - start };
}

export const speed = (runtime: Runtime): Speed[] => speeds(runtime);
