import type { HostAbortSignal } from "../host-types.js";

/** When timers, signals and rendering last had their turn. One for all: many short loops in a row are a long one. */
let last = performance.now();

/**
 * To be awaited in every round of a long loop: each 50 ms it lets the event loop have its turn, else it returns at once.
 * Throws the signal's reason once that has fired.
 */
export async function pace(signal?: HostAbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (performance.now() - last < 50) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  last = performance.now();
  signal?.throwIfAborted();
}
