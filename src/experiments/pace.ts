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
  await turn();
  last = performance.now();
  signal?.throwIfAborted();
}

/** By a message where there are channels: browsers make timers within timers wait for 4 ms, and for 1 s in a hidden tab. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") {
      setTimeout(resolve, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close(); // an open port would keep a process alive
      resolve();
    };
    port2.postMessage(null);
  });
}
