// An experiment in a worker of its own, which ends with it.
import { type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Client, Refusal } from "../engine/client.js";
import { makeWorker } from "../engine/engine.js";
import type {
  ExperimentName,
  ExperimentRequest,
  Experiments,
  Order,
  Reply,
} from "../engine/protocol.js";

export type Status = "idle" | "running" | "paused" | "done" | "stopped" | "failed";

interface Listener<K extends ExperimentName> {
  /** Hears of events, several at a time. */
  hear(events: Experiments[K]["event"][]): void;
  /** Gets the result of an experiment that was not stopped. */
  end?(result: Experiments[K]["result"]): void;
}

export class Experiment<K extends ExperimentName> {
  readonly status: Signal<Status> = signal("idle");
  /** The settings of the last one that was started. */
  settings: Experiments[K]["settings"] = {};
  /** What came of the last one that ran to its end. */
  result: Experiments[K]["result"] | null = null;
  /** Why it was refused or failed. */
  error: Error | null = null;
  #client: Client | null = null;
  #id = 0;

  get isUnderWay(): boolean {
    return this.status.value === "running" || this.status.value === "paused";
  }

  /** Starts it, in the place of the one that is under way. */
  start(request: ExperimentRequest<K>, listener: Listener<K>): void {
    this.#leave();
    this.error = null;
    this.result = null;
    this.settings = request.settings;
    const client = new Client(makeWorker);
    this.#client = client;
    this.#id = client.experiment(request, (reply) => {
      if (this.#client === client) this.#hear(reply, listener);
    });
    this.status.value = "running";
  }

  #hear(reply: Reply, { hear, end }: Listener<K>): void {
    if (reply.is === "told") hear(reply.events as Experiments[K]["event"][]);
    else if (reply.is === "result") {
      this.#leave();
      this.result = reply.result as Experiments[K]["result"];
      end?.(this.result);
      this.status.value = "done";
    } else if (reply.is === "stopped") this.#end("stopped");
    else if (reply.is === "refused" || reply.is === "failed") {
      this.error = new (reply.is === "refused" ? Refusal : Error)(reply.message);
      this.#end("failed");
    }
  }

  #end(status: Status): void {
    this.#leave();
    this.status.value = status;
  }

  #leave(): void {
    this.#client?.terminate();
    this.#client = null;
  }

  /** Changes what may be changed while it runs. */
  turn(controls: Experiments[K]["controls"]): void {
    this.#say({ do: "turn", controls });
  }

  pause(): void {
    if (this.status.value !== "running") return;
    this.#say({ do: "pause" });
    this.#client?.expect(-1); // paused it has no reason to speak
    this.status.value = "paused";
  }

  resume(): void {
    if (this.status.value !== "paused") return;
    this.#say({ do: "resume" });
    this.#client?.expect(1);
    this.status.value = "running";
  }

  /** Ends it and its worker. What was heard of it stays. */
  stop(): void {
    if (this.isUnderWay) this.#end("stopped");
  }

  #say(order: Order): void {
    this.#client?.send({ ...order, id: this.#id });
  }
}

/** An experiment that stays the same while a component is drawn anew. */
export const useExperiment = <K extends ExperimentName>(): Experiment<K> =>
  useMemo(() => new Experiment<K>(), []);
