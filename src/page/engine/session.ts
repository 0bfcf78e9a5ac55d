// The worker's side: runs and calls, one request at a time.
import { parseCifar10 } from "../../data/cifar10.js";
import { type CompareData, compare } from "../../experiments/compare.js";
import { createRuntime } from "../../runtime/create-runtime.js";
import type { Runtime } from "../../runtime/runtime.js";
import { raceData } from "../preset-races.js";
import type {
  Calls,
  ExperimentName,
  ExperimentRequest,
  Reply,
  Request,
  RunRequest,
} from "./protocol.js";
import type { Running } from "./running.js";
import { RunningCompare } from "./running-compare.js";
import { RunningExperiment } from "./running-experiment.js";
import { forget, savedOrNot } from "./saved.js";

/** Answers the requests of a page. It holds one runtime, with one thread and the bits that every machine has. */
export class Session {
  readonly #post: (reply: Reply) => void;
  #runtime: Promise<Runtime> | null = null;
  #run: Running<never> | null = null;

  constructor(post: (reply: Reply) => void) {
    this.#post = post;
  }

  async receive(request: Request): Promise<void> {
    const { id } = request;
    try {
      if (request.do === "run") await this.#start(id, request);
      else if (request.do === "experiment") await this.#experiment(id, request);
      else if (request.do === "call") {
        const { calls } = await import("./calls.js");
        const call = calls[request.name] as (args: unknown, runtime: Runtime) => unknown;
        const result = await call(request.args, await this.#ready());
        this.#post({ id, is: "result", result: result as Calls["see"]["result"] });
      } else if (this.#run?.id === id) this.#run.steer(request); // another one has ended meanwhile
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

  async #start(id: number, { settings, data, key, rates = [] }: RunRequest): Promise<void> {
    if (this.#run) throw new Error("a run is under way");
    const run = new RunningCompare(id, rates, this.#post);
    this.#run = run;
    try {
      const runtime = await this.#ready();
      const { variant, threads } = runtime;
      this.#post({ id, is: "started", variant, threads });
      const unsaved = (message: string) => this.#post({ id, is: "unsaved", message });
      const events = compare(data ? ownData(data) : raceData(), settings, {
        runtime,
        signal: run.signal,
        controls: run.controls,
        ...(key && {
          store: (name: string) => savedOrNot(key, name, unsaved),
          saveEvery: SAVE_EVERY,
        }),
      });
      const result = await run.follow(events);
      const isStopped = run.signal.aborted;
      // what a stopped run saved last may be younger than the page's wish to forget it
      if (isStopped && key) forget(key);
      this.#post({ id, is: isStopped ? "stopped" : "result", result });
    } finally {
      this.#run = null;
    }
  }

  async #experiment<K extends ExperimentName>(id: number, request: ExperimentRequest<K>) {
    if (this.#run) throw new Error("a run is under way");
    const run = new RunningExperiment(id, request, this.#post);
    this.#run = run;
    try {
      await run.go(await this.#ready());
    } finally {
      this.#run = null;
    }
  }
}

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
