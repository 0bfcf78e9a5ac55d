// What runs in a worker: how it is paused, stepped and stopped, and how its events are sent.
import type { Order, Reply } from "./protocol.js";

/** How often events are sent, in milliseconds. */
const INTERVAL = 50;

export abstract class Running<E> {
  readonly id: number;
  protected readonly post: (reply: Reply) => void;
  readonly #stop = new AbortController();
  #isPaused = false;
  /** Whether one step is to be taken although it is paused. */
  #isStepping = false;
  /** Lets a paused run look again. */
  #wake = () => {};

  constructor(id: number, post: (reply: Reply) => void) {
    this.id = id;
    this.post = post;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  steer(order: Order): void {
    if (order.do === "stop") this.#stop.abort();
    else if (order.do === "step") this.#isStepping = true;
    else if (order.do === "pause" || order.do === "resume") this.#isPaused = order.do === "pause";
    this.#wake();
  }

  protected abstract send(events: E[]): void;

  /** Takes note of an event. Returns whether it is a step. */
  protected abstract took(event: E): boolean;

  get #waits(): boolean {
    return this.#isPaused && !this.#isStepping && !this.signal.aborted;
  }

  /** Waits until it is woken, or for so many milliseconds. */
  #rest(most?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (most !== undefined) setTimeout(resolve, most);
    });
  }

  /**
   * Sends the events on, and waits where the run is paused. Between two events at least `interval` milliseconds pass.
   * Returns the result.
   */
  async follow<R>(events: AsyncGenerator<E, R>, interval = 0): Promise<R> {
    const { id } = this;
    let outbox: E[] = [];
    let sent = performance.now();
    const flush = () => {
      if (outbox.length > 0) this.send(outbox);
      outbox = [];
      sent = performance.now();
    };
    for (;;) {
      if (this.#waits) {
        flush();
        this.post({ id, is: "paused" });
        while (this.#waits) await this.#rest();
      }
      const begin = performance.now();
      const { done, value } = await events.next();
      if (done) {
        flush();
        return value;
      }
      outbox.push(value);
      if (this.took(value)) this.#isStepping = false;
      if (performance.now() - sent >= INTERVAL) flush();
      const left = begin + interval - performance.now();
      if (left > 0) await this.#rest(left);
    }
  }
}
