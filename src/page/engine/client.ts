// The page's side of one worker.
import type {
  CallName,
  Calls,
  ExperimentName,
  ExperimentRequest,
  Reply,
  Request,
  RunRequest,
} from "./protocol.js";

/** What of a Worker is used. */
export interface WorkerLike {
  postMessage(request: Request): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** The library's refusal of what it was given, such as settings that cannot be. */
export class Refusal extends Error {
  override name = "Refusal";
}

const LAST: readonly Reply["is"][] = ["result", "stopped", "refused", "failed"];

/** Whether nothing more will be said of a request. */
const isLast = ({ is }: Reply): boolean => LAST.includes(is);

/** A worker that owes answers and says nothing at so many looks in a row has ended without a word. */
const LOOKS = 6;
/** The time between two looks, in milliseconds: while the whole page sleeps nobody looks. */
const BETWEEN_LOOKS = 5_000;

/** A worker that answers each request by the number it has. */
export class Client {
  readonly #worker: WorkerLike;
  readonly #listeners = new Map<number, (reply: Reply) => void>();
  #count = 0;
  /** The number of calls and experiments that the worker owes something. */
  #owed = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  /** The number of looks since the worker was last heard of. */
  #looks = 0;
  /** When the worker was last heard of, in milliseconds. */
  heard = performance.now();
  /** Whether the worker had an error that it did not catch: it may not even have started. */
  isBroken = false;

  constructor(make: () => WorkerLike) {
    this.#worker = make();
    this.#worker.onmessage = ({ data }) => {
      this.heard = performance.now();
      this.#looks = 0;
      const listener = this.#listeners.get(data.id);
      if (isLast(data)) this.#listeners.delete(data.id);
      listener?.(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.#failAll(event.message || "the worker could not start");
    };
  }

  #failAll(message: string): void {
    this.isBroken = true;
    const waiting = [...this.#listeners];
    this.#listeners.clear();
    for (const [id, listener] of waiting)
      listener({ id, is: "failed", name: "Error", message, stack: "" });
  }

  /** The result of a call. Rejects with a Refusal where the library refuses the arguments. */
  call<K extends CallName>(name: K, args: Calls[K]["args"]): Promise<Calls[K]["result"]> {
    return new Promise((resolve, reject) => {
      const id = this.#ask((reply) => {
        this.expect(-1);
        if (reply.is === "result") resolve(reply.result as Calls[K]["result"]);
        else if (reply.is === "refused") reject(new Refusal(reply.message));
        else if (reply.is === "failed") reject(new Error(reply.message));
      });
      this.#worker.postMessage({ id, do: "call", name, args } as Request);
      this.expect(1);
    });
  }

  /** Expects more answers, or fewer, and the next one before the worker was silent for too long. */
  expect(more: number): void {
    this.#owed += more;
    clearInterval(this.#looking);
    if (this.#owed === 0) return;
    this.#looks = 0;
    this.#looking = setInterval(() => {
      if (++this.#looks === LOOKS) this.#failAll("the worker does not answer");
    }, BETWEEN_LOOKS);
  }

  /** Starts a run. `listener` gets every reply to it. Returns the number of the run. */
  run(request: RunRequest, listener: (reply: Reply) => void): number {
    const id = this.#ask(listener);
    this.#worker.postMessage({ id, do: "run", ...request });
    return id;
  }

  /** Starts an experiment. `listener` gets every reply, and a failure where it falls silent. Returns its number. */
  experiment<K extends ExperimentName>(
    request: ExperimentRequest<K>,
    listener: (reply: Reply) => void,
  ): number {
    const id = this.#ask((reply) => {
      if (isLast(reply)) this.expect(-1);
      listener(reply);
    });
    this.#worker.postMessage({ id, do: "experiment", ...request } as Request);
    this.expect(1);
    return id;
  }

  send(request: Exclude<Request, { do: "run" | "call" | "experiment" }>): void {
    this.#worker.postMessage(request);
  }

  #ask(listener: (reply: Reply) => void): number {
    this.#listeners.set(++this.#count, listener);
    this.heard = performance.now();
    return this.#count;
  }

  /** Ends the worker. Nobody hears of what it was asked. */
  terminate(): void {
    this.#listeners.clear();
    clearInterval(this.#looking);
    this.#worker.terminate();
  }
}
