// The entry of the page's workers.
import type { Reply, Request } from "./protocol.js";
import { Session } from "./session.js";

/** What a worker's global object has beside a page's. */
interface WorkerScope {
  postMessage(reply: Reply): void;
  onmessage: ((event: { data: Request }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const session = new Session((reply) => scope.postMessage(reply));
session.warmUp();
scope.onmessage = ({ data }) => void session.receive(data);
