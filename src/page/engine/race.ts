// The trainings of several norms, each in a worker of its own as far as there are cores; the others wait.
import type { CompareResult } from "../../experiments/compare-types.js";
import type { WorkerLike } from "./client.js";
import { type Entry, type Lane, type LaneStatus, lanesOf, take } from "./lane.js";
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
  /** The step size that was set last. */
  #lr: number | null = null;
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

  get isUnderWay(): boolean {
    return this.status === "running" || this.status === "paused";
  }

  /** Begins; a race that is under way must be stopped before. */
  start(entry: Entry): void {
    if (this.isUnderWay) throw new Error("a race is under way");
    Object.assign(this, { entry, unsaved: "", status: "running" });
    this.#lr = null;
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
    this.#lr = lr;
    for (const lane of this.lanes) if (lane.status === "waiting") this.#setRate(lane);
    this.#seats.tell({ do: "set", lr });
  }

  /** What a worker would be told is told to the next one in the place of one that is not there, or is lost. */
  #setRate(lane: Lane): void {
    if (this.#lr === null || lane.rates.at(-1)?.[1] === this.#lr) return;
    lane.rates = [...lane.rates, [lane.losses.length, this.#lr]];
  }

  /** Ends the race. What it has shown stays. */
  stop(): void {
    if (!this.isUnderWay) return;
    for (const lane of this.lanes) if (lane.status === "waiting") lane.status = "stopped";
    this.#seats.tell({ do: "stop" });
    this.status = "stopped";
    this.#rest();
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
    else if (reply.is === "unsaved") {
      if (this.lanes.includes(lane)) this.unsaved = reply.message; // it is not of the race before
    } else if (reply.is !== "started" && reply.is !== "paused" && reply.is !== "told") {
      lane.status = reply.is === "result" ? "done" : reply.is;
      if (reply.is === "result" || reply.is === "stopped")
        lane.result = reply.result as CompareResult | null;
      if ("message" in reply) lane.message = reply.message;
      seat.lane = null;
      if (reply.is === "failed") this.#seats.leave(seat); // nobody knows what state its worker is in
      this.#goOn();
    }
    this.#changed();
  }

  /** A seat is free: somebody sits down on it, or nobody is left and the race is at its end. */
  #goOn(): void {
    this.#fill();
    const are = (status: LaneStatus) => this.lanes.some((lane) => lane.status === status);
    if (this.isUnderWay && !are("waiting") && !are("running"))
      this.status = are("done") && !are("stopped") ? "done" : "stopped";
    this.#rest();
  }

  /** After the end of the race it looks for silent workers only until each has let go of its training. */
  #rest(): void {
    if (!this.isUnderWay && this.#seats.areFree) clearInterval(this.#watch);
  }

  /** A worker can end without a word, for want of memory or by the hand of the visitor. */
  #replaceSilent(): void {
    const silent = this.#seats.silent();
    if (this.status === "paused") return;
    for (const seat of silent) {
      this.#seats.leave(seat);
      if (seat.lane && this.lanes.includes(seat.lane)) this.#lose(seat.lane); // not one of the race before
    }
    this.#goOn();
    this.#changed();
  }

  /** A training without its worker waits for another one, unless it has lost too many. */
  #lose(lane: Lane): void {
    const { lost, losses } = lane;
    const isFarther = losses.length > lost.at;
    lane.lost = { times: isFarther ? 1 : lost.times + 1, at: Math.max(lost.at, losses.length) };
    this.#setRate(lane);
    if (this.status !== "running") lane.status = "stopped";
    else if (lane.lost.times <= MOST_REPLACEMENTS) lane.status = "waiting";
    else Object.assign(lane, { status: "failed", message: "the worker does not answer" });
  }
}
