// The workers of a race. In each sits one training, or none.
import { Client, type WorkerLike } from "./client.js";
import type { Lane } from "./lane.js";
import type { Order } from "./protocol.js";

export interface Seat {
  client: Client;
  /** The training in it, and the number that the client gave its run. */
  lane: Lane | null;
  id: number;
}

/** How many workers train at the same time: one core is the page's. */
export const seatsFor = (trainings: number, cores: number): number =>
  Math.max(1, Math.min(trainings, cores - 1, 4));

export class Seats {
  readonly #makeWorker: () => WorkerLike;
  /** The number of workers at most. */
  readonly most: number;
  /** A worker of which nothing was heard for so long is silent, in milliseconds. */
  readonly #silence: number;
  #all: Seat[] = [];
  /** When it was last looked for silent ones. */
  #looked = 0;

  constructor(makeWorker: () => WorkerLike, most: number, silence: number) {
    this.#makeWorker = makeWorker;
    this.most = most;
    this.#silence = silence;
  }

  /** Whether no training sits anywhere. */
  get areFree(): boolean {
    return this.#all.every(({ lane }) => lane === null);
  }

  /** A seat without a training, or null where all workers have one. */
  free(): Seat | null {
    const free = this.#all.find(({ lane }) => lane === null);
    if (free || this.#all.length >= this.most) return free ?? null;
    const seat = { client: new Client(this.#makeWorker), lane: null, id: 0 };
    this.#all.push(seat);
    return seat;
  }

  /** Says something to every training. */
  tell(order: Order): void {
    for (const { client, lane, id } of this.#all) {
      if (order.do !== "set") client.heard = performance.now(); // paused it had no reason to speak
      if (lane) client.send({ ...order, id });
    }
  }

  /** Gives up a seat and its worker. */
  leave(seat: Seat): void {
    seat.client.terminate();
    this.#all = this.#all.filter((each) => each !== seat);
  }

  leaveAll(): void {
    for (const seat of this.#all) this.leave(seat);
  }

  /** From now on it is listened. */
  listen(): void {
    this.#looked = performance.now();
  }

  /** Those with a training of which nothing was heard for too long since it is listened. */
  silent(): Seat[] {
    const now = performance.now();
    const slept = now - this.#looked > this.#silence; // the page did, so it heard nobody
    this.#looked = now;
    if (slept) for (const { client } of this.#all) client.heard = now;
    return this.#all.filter(
      ({ client, lane }) => lane !== null && now - client.heard >= this.#silence,
    );
  }
}
