import type { HostAbortSignal } from "../host-types.js";

/**
 * The time when timers, signals and rendering last had their turn. All loops share it: many short loops in a row are
 * one long loop.
 */
let last = performance.now();

/**
 * Must be awaited in every round of a long loop. Every 50 ms it gives the event loop a turn; otherwise it returns at
 * once. Throws the signal's reason once the signal has fired.
 */
export async function pace(signal?: HostAbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (performance.now() - last < 50) return;
  await turn();
  last = performance.now();
  signal?.throwIfAborted();
}

/** Waits by a message if there are channels: browsers make nested timers wait for 4 ms, and for 1 s in a hidden tab. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") {
      setTimeout(resolve, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close(); // an open port would keep the process alive
      resolve();
    };
    port2.postMessage(null);
  });
}
