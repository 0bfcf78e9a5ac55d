// The trainings of several norms, each in a worker of its own as far as there are cores; the others wait.
import type { WorkerLike } from "./client.js";
import { type Entry, type Lane, lanesOf, take } from "./lane.js";
import type { Reply } from "./protocol.js";
import { type Seat, Seats } from "./seats.js";

export type RaceStatus = "idle" | "running" | "paused" | "done" | "stopped";

export interface RaceOptions {
  makeWorker: () => WorkerLike;
  /** The number of workers at most. */
  seats: number;
  /** Called after every change. */
  changed: () => void;
  /** A worker of which nothing was heard for so long, in milliseconds, is replaced. */
  silence?: number;
}

/** At most so many times in a row a run is begun anew in another worker. */
const MOST_REPLACEMENTS = 3;

export class Race {
  status: RaceStatus = "idle";
  lanes: Lane[] = [];
  entry: Entry | null = null;
  /** Why it could not be saved; empty while it is. */
  unsaved = "";
  /** How many workers were replaced. */
  replaced = 0;
  readonly #seats: Seats;
  readonly #changed: () => void;
  readonly #silence: number;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor({ makeWorker, seats, changed, silence = 10_000 }: RaceOptions) {
    this.#seats = new Seats(makeWorker, seats, silence);
    this.#changed = changed;
    this.#silence = silence;
  }

  /** How many workers it has at most. */
  get seats(): number {
    return this.#seats.most;
  }

  /** Begins; a race that is under way must be stopped before. */
  start(entry: Entry): void {
    if (this.status === "running" || this.status === "paused")
      throw new Error("a race is under way");
    Object.assign(this, { entry, unsaved: "", replaced: 0, status: "running" });
    this.lanes = lanesOf(entry);
    clearInterval(this.#watch);
    this.#seats.listen();
    this.#watch = setInterval(() => this.#replaceSilent(), this.#silence / 4);
    this.#fill();
    this.#changed();
  }

  pause(): void {
    if (this.status !== "running") return;
    this.status = "paused";
    this.#seats.tell({ do: "pause" });
    this.#changed();
  }

  resume(): void {
    if (this.status !== "paused") return;
    this.status = "running";
    this.#seats.tell({ do: "resume" });
    this.#fill();
    this.#changed();
  }

  /** One step of every training that is under way. */
  step(): void {
    if (this.status === "paused") this.#seats.tell({ do: "step" });
  }

  /** Another step size from the next step on, and from the first one of those that wait. */
  set(lr: number): void {
    for (const lane of this.lanes)
      if (lane.status === "waiting") lane.rates = [...lane.rates, [lane.losses.length, lr]];
    this.#seats.tell({ do: "set", lr });
  }

  /** Ends the race. What it has shown stays. */
  stop(): void {
    if (this.status !== "running" && this.status !== "paused") return;
    for (const lane of this.lanes) if (lane.status === "waiting") lane.status = "stopped";
    this.#seats.tell({ do: "stop" });
    this.#end();
    this.#changed();
  }

  /** Ends the race and its workers. */
  dispose(): void {
    clearInterval(this.#watch);
    this.#seats.leaveAll();
  }

  /** Gives every free seat a training that waits. */
  #fill(): void {
    for (const lane of this.lanes) {
      if (lane.status !== "waiting" || this.status !== "running") continue;
      const seat = this.#seats.free();
      if (!seat) return;
      this.#sit(seat, lane);
    }
  }

  #sit(seat: Seat, lane: Lane): void {
    if (!this.entry) return;
    const { settings, data, key } = this.entry;
    lane.status = "running";
    seat.lane = lane;
    const request = {
      settings: { ...settings, norms: [lane.norm], seed: lane.seed },
      ...(data && { data }),
      ...(key && { key }),
      rates: lane.rates,
    };
    seat.id = seat.client.run(request, (reply) => this.#hear(seat, lane, reply));
  }

  #hear(seat: Seat, lane: Lane, reply: Reply): void {
    if (reply.is === "events") for (const event of reply.events) take(lane, event);
    else if (reply.is === "rates") lane.rates = reply.rates;
    else if (reply.is === "unsaved") this.unsaved = reply.message;
    else if (reply.is !== "started" && reply.is !== "paused" && reply.is !== "told") {
      lane.status = reply.is === "result" ? "done" : reply.is;
      if ("message" in reply) lane.message = reply.message;
      seat.lane = null;
      if (reply.is === "failed") this.#seats.leave(seat); // nobody knows what state its worker is in
      this.#goOn();
    }
    this.#changed();
  }

  #goOn(): void {
    this.#fill();
    if (this.lanes.every(({ status }) => status !== "waiting" && status !== "running")) this.#end();
    this.#rest();
  }

  #end(): void {
    if (this.status !== "running" && this.status !== "paused") return;
    this.status =
      this.lanes.some(({ status }) => status === "done") &&
      this.lanes.every(({ status }) => status !== "stopped" && status !== "running")
        ? "done"
        : "stopped";
    this.#rest();
  }

  /** After its end it looks for silent workers only until each has let go of its training. */
  #rest(): void {
    const isUnderWay = this.status === "running" || this.status === "paused";
    if (!isUnderWay && this.#seats.areFree) clearInterval(this.#watch);
  }

  /** A worker can end without a word, for want of memory or by the hand of the visitor. */
  #replaceSilent(): void {
    const silent = this.#seats.silent();
    if (this.status === "paused") return;
    for (const seat of silent) {
      const { lane } = seat;
      this.#seats.leave(seat);
      if (!lane || !this.lanes.includes(lane)) continue; // it was of a race that was stopped
      lane.status = this.status === "running" ? "waiting" : "stopped";
      if (lane.status === "stopped") continue;
      if (++this.replaced <= MOST_REPLACEMENTS * this.lanes.length) continue;
      Object.assign(lane, { status: "failed", message: "the worker does not answer" });
    }
    this.#goOn();
    this.#changed();
  }
}
