// The worker that answers the page's calls.
import { broken } from "../model.js";
import { Client, type WorkerLike } from "./client.js";
import type { CallName, Calls } from "./protocol.js";

let make: (() => WorkerLike) | null = null;
let client: Client | null = null;

/** Says how a worker is made: from a file beside the page, or from the page itself. Starts the one for calls. */
export function useWorkers(makeWorker: () => WorkerLike): void {
  make = makeWorker;
  client = new Client(make); // its program loads while the page comes to life
}

/** Makes a worker, for those who need more than the one for calls. */
export function makeWorker(): WorkerLike {
  if (!make) throw new Error("no engine here");
  return make();
}

/** The result of a call, from a worker that all calls share. */
export async function call<K extends CallName>(
  name: K,
  args: Calls[K]["args"],
): Promise<Calls[K]["result"]> {
  if (!make) return new Promise(() => {}); // while the page is built, what is computed already stands
  if (!client || client.isBroken) client = new Client(make);
  const asked = client;
  try {
    const result = await asked.call(name, args);
    broken.value = "";
    return result;
  } catch (error) {
    if (error instanceof Error && error.name !== "Refusal") {
      broken.value = error.message;
      if (asked.isBroken && client === asked) client = null; // the next call tries another one
      if (asked.isBroken) asked.terminate();
    }
    throw error;
  }
}
