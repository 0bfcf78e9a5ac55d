// A run in a worker: what is told of it, and how it is paused, stepped and stopped.
import type { CompareControls, CompareResult, compare } from "../../experiments/compare.js";
import type { Order, Rate, Reply } from "./protocol.js";

/** How often events are sent, in milliseconds. */
const INTERVAL = 50;

type Events = ReturnType<typeof compare>;

export class Running {
  readonly id: number;
  readonly #post: (reply: Reply) => void;
  readonly #stop = new AbortController();
  /** The steps taken, and the step sizes that were set on the way. */
  #steps = 0;
  readonly #rates: Rate[];
  #isPaused = false;
  /** Whether one step is to be taken although it is paused. */
  #isStepping = false;
  /** Lets a paused run look again. */
  #wake = () => {};

  constructor(id: number, rates: readonly Rate[], post: (reply: Reply) => void) {
    this.id = id;
    this.#rates = [...rates];
    this.#post = post;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The step size by the steps taken: a run that goes on from a checkpoint changes it where it was changed. */
  get controls(): CompareControls {
    const lr = () => this.#rates.findLast(([steps]) => steps <= this.#steps)?.[1];
    return {
      get lr() {
        return lr();
      },
    };
  }

  steer(order: Order): void {
    if (order.do === "set") {
      this.#rates.push([this.#steps, order.lr]);
      this.#post({ id: this.id, is: "rates", rates: this.#rates });
    } else if (order.do === "stop") this.#stop.abort();
    else if (order.do === "step") this.#isStepping = true;
    else this.#isPaused = order.do === "pause";
    this.#wake();
  }

  get #waits(): boolean {
    return this.#isPaused && !this.#isStepping && !this.signal.aborted;
  }

  /** Sends the events on, and waits where the run is paused. Returns the result. */
  async follow(events: Events): Promise<CompareResult> {
    const { id } = this;
    let outbox: Awaited<ReturnType<Events["next"]>>["value"][] = [];
    let sent = performance.now();
    const flush = () => {
      if (outbox.length > 0) this.#post({ id, is: "events", events: outbox as never });
      outbox = [];
      sent = performance.now();
    };
    for (;;) {
      if (this.#waits) {
        flush();
        this.#post({ id, is: "paused" });
        while (this.#waits)
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
      const { done, value } = await events.next();
      if (done) {
        flush();
        return value;
      }
      outbox.push(value);
      if (value.type === "step") {
        this.#isStepping = false;
        this.#steps = value.step;
      }
      if (value.type === "resume") this.#steps = value.losses.length;
      if (performance.now() - sent >= INTERVAL) flush();
    }
  }
}
