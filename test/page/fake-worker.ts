import type { WorkerLike } from "../../src/page/engine/client.js";
import type { Reply, Request } from "../../src/page/engine/protocol.js";

/** A worker that keeps what it is asked, and answers what the test says. */
export class FakeWorker implements WorkerLike {
  readonly asked: Request[] = [];
  isEnded = false;
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;

  postMessage(request: Request): void {
    if (this.isEnded) throw new Error("asked after its end");
    this.asked.push(structuredClone(request));
  }

  terminate(): void {
    this.isEnded = true;
  }

  say(reply: object): void {
    if (!this.isEnded) this.onmessage?.({ data: reply as Reply } as MessageEvent<Reply>);
  }

  /** The number of the last run that it was asked for. */
  get run(): number {
    return this.asked.findLast((request) => request.do === "run")?.id ?? -1;
  }

  /** What it was asked since its last run began. */
  get words(): string[] {
    const from = this.asked.findLastIndex((request) => request.do === "run");
    return this.asked.slice(from).map((request) => request.do);
  }

  get norm(): string | undefined {
    const request = this.asked.findLast((each) => each.do === "run");
    return request?.do === "run" ? request.settings.norms?.[0] : undefined;
  }
}
