// The trainings of several norms, each in a worker of its own as far as there are cores; the others wait.
import { Client, type WorkerLike } from "./client.js";
import { type Entry, type Lane, lanesOf, take } from "./lane.js";
import type { Reply } from "./protocol.js";

export type RaceStatus = "idle" | "running" | "paused" | "done" | "stopped";

interface Seat {
  client: Client;
  /** The run in it: its lane and the number that the client gave it. */
  lane: Lane | null;
  id: number;
  paused: boolean;
}

export interface RaceOptions {
  makeWorker: () => WorkerLike;
  /** The number of workers at most. */
  seats: number;
  /** Called after every change. */
  changed: () => void;
  /** A worker of which nothing was heard for so long, in milliseconds, is replaced. */
  silence?: number;
}

/** How many workers train at the same time: one core is the page's. */
export const seatsFor = (norms: number, cores: number): number =>
  Math.max(1, Math.min(norms, cores - 1, 4));

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
  readonly #options: Required<RaceOptions>;
  #seats: Seat[] = [];
  #watch: ReturnType<typeof setInterval> | undefined;
  /** When it was last looked for silent workers. */
  #looked = 0;

  constructor(options: RaceOptions) {
    this.#options = { silence: 10_000, ...options };
  }

  /** How many workers it has at most. */
  get seats(): number {
    return this.#options.seats;
  }

  /** Begins; a race that is under way must be stopped before. */
  start(entry: Entry): void {
    if (this.status === "running" || this.status === "paused")
      throw new Error("a race is under way");
    Object.assign(this, { entry, unsaved: "", replaced: 0, status: "running" });
    this.lanes = lanesOf(entry);
    clearInterval(this.#watch);
    this.#looked = performance.now();
    this.#watch = setInterval(() => this.#replaceSilent(), this.#options.silence / 4);
    this.#fill();
    this.#options.changed();
  }

  pause(): void {
    if (this.status !== "running") return;
    this.status = "paused";
    this.#tell("pause");
    this.#options.changed();
  }

  resume(): void {
    if (this.status !== "paused") return;
    this.status = "running";
    this.#tell("resume");
    this.#fill();
    this.#options.changed();
  }

  /** One step of every training that is under way. */
  step(): void {
    if (this.status === "paused") this.#tell("step");
  }

  /** Another step size from the next step on, and from the first one of those that wait. */
  set(lr: number): void {
    for (const lane of this.lanes)
      if (lane.status === "waiting") lane.rates = [...lane.rates, [lane.losses.length, lr]];
    for (const { client, lane, id } of this.#seats) if (lane) client.send({ id, do: "set", lr });
  }

  /** Ends the race. What it has shown stays. */
  stop(): void {
    if (this.status !== "running" && this.status !== "paused") return;
    for (const lane of this.lanes) if (lane.status === "waiting") lane.status = "stopped";
    this.#tell("stop");
    this.#end();
    this.#options.changed();
  }

  /** Ends the race and its workers. */
  dispose(): void {
    clearInterval(this.#watch);
    for (const { client } of this.#seats) client.terminate();
    this.#seats = [];
  }

  #tell(what: "pause" | "resume" | "step" | "stop"): void {
    for (const { client, lane, id } of this.#seats) {
      client.heard = performance.now(); // it may have had no reason to speak
      if (lane) client.send({ id, do: what });
    }
  }

  /** Gives every free seat a training that waits. */
  #fill(): void {
    for (const lane of this.lanes) {
      if (lane.status !== "waiting" || this.status !== "running") continue;
      const seat = this.#freeSeat();
      if (!seat) return;
      this.#sit(seat, lane);
    }
  }

  #freeSeat(): Seat | null {
    const free = this.#seats.find(({ lane }) => lane === null);
    if (free || this.#seats.length >= this.#options.seats) return free ?? null;
    const seat = { client: new Client(this.#options.makeWorker), lane: null, id: 0, paused: false };
    this.#seats.push(seat);
    return seat;
  }

  #sit(seat: Seat, lane: Lane): void {
    if (!this.entry) return;
    const { settings, data, key } = this.entry;
    lane.status = "running";
    seat.lane = lane;
    seat.paused = false;
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
    else if (reply.is === "paused") seat.paused = true;
    else if (reply.is === "rates") lane.rates = reply.rates;
    else if (reply.is === "unsaved") this.unsaved = reply.message;
    else if (reply.is !== "started") {
      lane.status = reply.is === "result" ? "done" : reply.is;
      if ("message" in reply) lane.message = reply.message;
      seat.lane = null;
      if (reply.is === "failed") this.#leave(seat); // nobody knows what state its worker is in
      this.#goOn();
    }
    this.#options.changed();
  }

  /** Gives up a seat and its worker. */
  #leave(seat: Seat): void {
    seat.client.terminate();
    this.#seats = this.#seats.filter((each) => each !== seat);
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
    if (!isUnderWay && this.#seats.every(({ lane }) => lane === null)) clearInterval(this.#watch);
  }

  /** A worker can end without a word, for want of memory or by the hand of the visitor. */
  #replaceSilent(): void {
    const now = performance.now();
    const slept = now - this.#looked > this.#options.silence; // the page did, so it heard nobody
    this.#looked = now;
    if (this.status === "paused") return;
    for (const seat of this.#seats) {
      const { client, lane } = seat;
      if (slept) client.heard = now;
      if (!lane || now - client.heard < this.#options.silence) continue;
      this.#leave(seat);
      if (!this.lanes.includes(lane)) continue; // it was of a race that was stopped
      lane.status = this.status === "running" ? "waiting" : "stopped";
      if (lane.status === "stopped") continue;
      if (++this.replaced <= MOST_REPLACEMENTS * this.lanes.length) continue;
      Object.assign(lane, { status: "failed", message: "the worker does not answer" });
    }
    this.#goOn();
    this.#options.changed();
  }
}
