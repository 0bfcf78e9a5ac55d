import type { Runtime } from "../../runtime/runtime.js";
import { startExperiment } from "./experiments.js";
import type { ExperimentName, ExperimentRequest, Experiments, Order, Reply } from "./protocol.js";
import { Running } from "./running.js";

/** An experiment of the laboratory, with what may be changed while it runs. */
export class RunningExperiment<K extends ExperimentName> extends Running<Experiments[K]["event"]> {
  readonly #request: ExperimentRequest<K>;
  readonly #controls: Experiments[K]["controls"];

  constructor(id: number, request: ExperimentRequest<K>, post: (reply: Reply) => void) {
    super(id, post);
    this.#request = request;
    this.#controls = { ...request.controls };
  }

  override steer(order: Order): void {
    if (order.do === "turn") Object.assign(this.#controls, order.controls);
    super.steer(order);
  }

  protected send(events: Experiments[K]["event"][]): void {
    this.post({ id: this.id, is: "told", events });
  }

  protected took(): boolean {
    return true;
  }

  /** Runs it to its end, or until it is stopped. */
  async go(runtime: Runtime): Promise<void> {
    const { id, signal } = this;
    const { interval } = this.#request;
    try {
      const options = { runtime, signal, controls: this.#controls };
      const events = await startExperiment(this.#request, options);
      const result = await this.follow(events, interval);
      this.post({ id, is: "result", result });
    } catch (error) {
      if (!signal.aborted) throw error;
      this.post({ id, is: "stopped", result: null });
    }
  }
}
