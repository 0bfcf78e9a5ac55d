import type { CompareControls, CompareEvent } from "../../experiments/compare-types.js";
import type { Order, Rate, Reply } from "./protocol.js";
import { Running } from "./running.js";

/** A training. The step sizes that are set on the way are remembered. */
export class RunningCompare extends Running<CompareEvent> {
  /** The steps taken, and the step sizes that were set on the way. */
  #steps = 0;
  readonly #rates: Rate[];

  constructor(id: number, rates: readonly Rate[], post: (reply: Reply) => void) {
    super(id, post);
    this.#rates = [...rates];
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

  override steer(order: Order): void {
    if (order.do === "set") {
      this.#rates.push([this.#steps, order.lr]);
      this.post({ id: this.id, is: "rates", rates: this.#rates });
    }
    super.steer(order);
  }

  protected send(events: CompareEvent[]): void {
    this.post({ id: this.id, is: "events", events });
  }

  protected took(event: CompareEvent): boolean {
    if (event.type === "step") this.#steps = event.step;
    if (event.type === "resume") this.#steps = event.losses.length;
    return event.type === "step";
  }
}
