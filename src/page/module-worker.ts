import type { WorkerLike } from "./engine/client.js";

/** A worker from its file beside this one; the build puts its name here. */
declare const WORKER: string;

export const moduleWorker = (): WorkerLike =>
  new Worker(new URL(WORKER, import.meta.url), { type: "module" }) as WorkerLike;
