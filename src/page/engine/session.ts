// The worker's side: runs and calls, one request at a time or a run that is paused, stepped and stopped.

import { parseCifar10 } from "../../data/cifar10.js";
import {
  type CompareControls,
  type CompareData,
  type CompareResult,
  compare,
} from "../../experiments/compare.js";
import { createRuntime } from "../../runtime/create-runtime.js";
import type { Runtime } from "../../runtime/runtime.js";
import { raceData } from "../preset-races.js";
import type { Calls, Rate, Reply, Request, RunRequest } from "./protocol.js";
import { forget, savedOrNot } from "./saved.js";

/** How often events are sent, in milliseconds. */
const INTERVAL = 50;

interface Running {
  id: number;
  /** The steps taken, and the step sizes that were set on the way. */
  steps: number;
  rates: Rate[];
  stop: AbortController;
  paused: boolean;
  /** Whether one step is to be taken although the run is paused. */
  stepping: boolean;
  /** Lets a paused run look again. */
  wake: () => void;
}

/** Answers the requests of a page. It holds one runtime, with one thread and the bits that every machine has. */
export class Session {
  readonly #post: (reply: Reply) => void;
  #runtime: Promise<Runtime> | null = null;
  #run: Running | null = null;

  constructor(post: (reply: Reply) => void) {
    this.#post = post;
  }

  async receive(request: Request): Promise<void> {
    const { id } = request;
    try {
      if (request.do === "run") await this.#start(id, request);
      else if (request.do === "call") {
        const { calls } = await import("./calls.js");
        const call = calls[request.name] as (args: unknown, runtime: Runtime) => unknown;
        const result = await call(request.args, await this.#ready());
        this.#post({ id, is: "result", result: result as Calls["see"]["result"] });
      } else this.#steer(request);
    } catch (error) {
      this.#post(refusalOf(id, error));
    }
  }

  /** Starts what the first request will wait for. What fails here fails again then, and is told. */
  warmUp(): void {
    import("./calls.js").catch(() => {});
    this.#ready().catch(() => {});
  }

  #ready(): Promise<Runtime> {
    this.#runtime ??= createRuntime({ threads: 1, deterministic: true }).catch((error) => {
      this.#runtime = null; // the next request tries again
      throw error;
    });
    return this.#runtime;
  }

  #steer(request: Exclude<Request, { do: "run" | "call" }>): void {
    const run = this.#run;
    if (run?.id !== request.id) return; // it has ended meanwhile
    if (request.do === "set") {
      run.rates.push([run.steps, request.lr]);
      this.#post({ id: run.id, is: "rates", rates: run.rates });
    } else if (request.do === "stop") run.stop.abort();
    else if (request.do === "step") run.stepping = true;
    else run.paused = request.do === "pause";
    run.wake();
  }

  async #start(id: number, { settings, data, key, rates = [] }: RunRequest): Promise<void> {
    if (this.#run) throw new Error("a run is under way");
    const run: Running = {
      ...{ id, steps: 0, rates: [...rates], stop: new AbortController() },
      ...{ paused: false, stepping: false, wake() {} },
    };
    this.#run = run;
    try {
      const runtime = await this.#ready();
      const { variant, threads } = runtime;
      this.#post({ id, is: "started", variant, threads });
      const unsaved = (message: string) => this.#post({ id, is: "unsaved", message });
      const events = compare(data ? ownData(data) : raceData(), settings, {
        runtime,
        signal: run.stop.signal,
        controls: ratesOf(run),
        ...(key && {
          store: (name: string) => savedOrNot(key, name, unsaved),
          saveEvery: SAVE_EVERY,
        }),
      });
      const result = await this.#follow(run, events);
      const isStopped = run.stop.signal.aborted;
      // what a stopped run saved last may be younger than the page's wish to forget it
      if (isStopped && key) forget(key);
      this.#post({ id, is: isStopped ? "stopped" : "result", result });
    } finally {
      this.#run = null;
    }
  }

  /** Sends the events on, and waits where the run is paused. Returns the result. */
  async #follow(run: Running, events: ReturnType<typeof compare>): Promise<CompareResult> {
    const { id, stop } = run;
    let outbox: Awaited<ReturnType<typeof events.next>>["value"][] = [];
    let sent = performance.now();
    const flush = () => {
      if (outbox.length > 0) this.#post({ id, is: "events", events: outbox as never });
      outbox = [];
      sent = performance.now();
    };
    for (;;) {
      if (run.paused && !run.stepping && !stop.signal.aborted) {
        flush();
        this.#post({ id, is: "paused" });
        while (run.paused && !run.stepping && !stop.signal.aborted)
          await new Promise<void>((resolve) => {
            run.wake = resolve;
          });
      }
      const { done, value } = await events.next();
      if (done) {
        flush();
        return value;
      }
      outbox.push(value);
      if (value.type === "step") Object.assign(run, { stepping: false, steps: value.step });
      if (value.type === "resume") run.steps = value.losses.length;
      if (performance.now() - sent >= INTERVAL) flush();
    }
  }
}

/** The step size by the steps taken: a run that goes on from a checkpoint changes it where it was changed. */
const ratesOf = (run: Running): CompareControls => ({
  get lr() {
    return run.rates.findLast(([steps]) => steps <= run.steps)?.[1];
  },
});

/** The number of steps between two checkpoints. */
const SAVE_EVERY = 40;

const ownData = ({ name, train, test }: NonNullable<RunRequest["data"]>): CompareData => ({
  train: parseCifar10(train, name),
  test: parseCifar10(test, name),
});

/** Settings that cannot be are no failure. */
function refusalOf(id: number, error: unknown): Reply {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  if (name === "RangeError" || /expected|unknown/.test(message))
    return { id, is: "refused", message };
  return { id, is: "failed", name, message, stack };
}
