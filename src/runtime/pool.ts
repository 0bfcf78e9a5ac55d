import type { HostURL, WasmMemory, WasmModule } from "../host-types.js";
import { nodeBuiltin } from "./features.js";
import { CONTROL } from "./memory.js";
import { ARGS, MAX_ARGS, WORD, type WorkerStart, workerMain } from "./worker.js";

/** The part of worker_threads and Web Workers that the pool needs, alike on both. */
interface Thread {
  start(message: WorkerStart): Promise<void>;
  /** Lets the process end while the worker lives. Browsers have no such thing. */
  unref(): void;
  terminate(): void;
}

const START_TIMEOUT = 10_000;
/** In milliseconds. A chunk takes well under one; a worker that is silent for this long is lost. */
const LOST_AFTER = 10_000;

interface NodeWorker {
  on(event: "message" | "error" | "exit", listener: (value: unknown) => void): void;
  postMessage(message: unknown): void;
  unref(): void;
  terminate(): Promise<number>;
}
type NodeWorkerClass = new (source: string | HostURL, options: { eval: boolean }) => NodeWorker;

function spawn(url: string | HostURL | undefined, onDeath: () => void): Thread {
  // This comes first where there are both (Deno, Bun): Deno's Web Workers keep the process alive.
  const threads = nodeBuiltin<{ Worker: NodeWorkerClass }>("node:worker_threads");
  const source = `(${workerMain})()`;
  if (threads) {
    const worker = new threads.Worker(url ? new URL(url) : source, { eval: !url });
    worker.on("exit", onDeath);
    return {
      start: (message) =>
        new Promise((resolve, reject) => {
          worker.on("message", () => resolve());
          worker.on("error", reject);
          worker.postMessage(message);
        }),
      unref: () => worker.unref(),
      terminate: () => void worker.terminate(),
    };
  }
  const blob = url ?? URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(blob, { type: "module" });
  return {
    start: (message) =>
      new Promise((resolve, reject) => {
        worker.onmessage = () => {
          if (!url) URL.revokeObjectURL(blob as string);
          resolve();
        };
        worker.onerror = (event) => {
          onDeath();
          reject(new Error(event.message || "the worker script could not be loaded"));
        };
        worker.postMessage(message);
      }),
    unref: () => (worker as { unref?: () => void }).unref?.(),
    terminate: () => worker.terminate(),
  };
}

/** Worker threads on one shared memory. The calling thread works too, so a pool of n threads has n − 1 workers. */
export class Pool {
  readonly #threads: Thread[] = [];
  readonly #words: Int32Array;
  readonly #values: Float64Array;
  /** The index of each kernel among the exports, by which workers are told what to run. */
  readonly #places: Map<string, number>;
  #mayWait = true;
  /** False once a worker died or trapped. The runtime then goes on with one thread. */
  alive = true;

  private constructor(module: WasmModule, memory: WasmMemory) {
    const exports = WebAssembly.Module.exports(module);
    this.#places = new Map(exports.map(({ name }, place) => [name, place]));
    this.#words = new Int32Array(memory.buffer, CONTROL, 128);
    this.#values = new Float64Array(memory.buffer, CONTROL, 128);
  }

  /** Starts `size` workers and waits until all are ready. If one cannot start, it rejects and leaves none behind. */
  static async start(
    module: WasmModule,
    memory: WasmMemory,
    size: number,
    workerUrl?: string | HostURL,
  ): Promise<Pool> {
    const pool = new Pool(module, memory);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const starting = Array.from({ length: size }, (_, i) => {
        const thread = spawn(workerUrl, () => {
          pool.alive = false;
        });
        pool.#threads.push(thread);
        return thread.start({
          module,
          memory,
          control: CONTROL,
          thread: i + 1,
          word: WORD,
          argsAt: ARGS,
        });
      });
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("the workers did not start")), START_TIMEOUT);
      });
      await Promise.race([Promise.all(starting), late]);
      for (const thread of pool.#threads) thread.unref();
      return pool;
    } catch (error) {
      pool.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs `kernel` on chunks of [0, count) and returns when all are done; this thread helps. Throws when a worker
   * trapped or stopped answering. The pool is dead then, and the outputs of this job are not to be used.
   */
  run(
    name: string,
    kernel: (...args: number[]) => void,
    args: readonly number[],
    count: number,
    chunk: number,
    scratch: number,
    scratchBytes: number,
  ): void {
    if (args.length > MAX_ARGS) throw new Error("internal: too many kernel arguments");
    const words = this.#words;
    const { remaining, done, wake, sleepers, failed, job } = WORD;
    words[job] = this.#places.get(name) as number;
    words[job + 1] = args.length;
    words[job + 2] = count;
    words[job + 3] = chunk;
    words[job + 4] = scratch;
    words[job + 5] = scratchBytes;
    words[job + 6] = words[job + 6] === -1 ? 1 : words[job + 6] + 1;
    this.#values.set(args, ARGS);
    const chunks = Math.ceil(count / chunk);
    Atomics.store(words, done, 0);
    Atomics.store(words, remaining, chunks);
    if (Atomics.load(words, sleepers) > 0) {
      Atomics.add(words, wake, 1);
      Atomics.notify(words, wake);
    }
    const own = scratchBytes > 0 ? [...args, scratch, 0, 0] : [...args, 0, 0];
    let expected = chunks;
    try {
      for (;;) {
        const left = Atomics.sub(words, remaining, 1);
        if (left <= 0) break;
        expected--;
        own[own.length - 2] = (left - 1) * chunk;
        own[own.length - 1] = Math.min(count, left * chunk);
        kernel(...own);
      }
    } catch (error) {
      expected -= Math.max(0, Atomics.exchange(words, remaining, 0));
      this.#wait(expected);
      Atomics.store(words, failed, 0);
      throw error;
    }
    this.#wait(expected);
    const who = Atomics.exchange(words, failed, 0);
    if (who > 0) this.#fail(`worker ${who - 1} trapped`);
  }

  /**
   * Waits until the workers have finished `expected` chunks: first a short spin, then naps where this thread may sleep.
   */
  #wait(expected: number): void {
    const words = this.#words;
    const finished = WORD.done;
    if (Atomics.load(words, finished) >= expected) return;
    const start = performance.now();
    for (let spins = 1; ; spins++) {
      const count = Atomics.load(words, finished);
      if (count >= expected) return;
      if (spins % 1024 !== 0) continue;
      const waited = performance.now() - start;
      if (waited > LOST_AFTER) this.#fail(`a worker did not answer for ${LOST_AFTER / 1000} s`);
      if (waited > 2 && this.#mayWait) {
        try {
          Atomics.wait(words, finished, count, 0.2);
        } catch {
          this.#mayWait = false; // this is a browser's main thread
        }
      }
    }
  }

  #fail(what: string): never {
    this.stop();
    throw new Error(
      `runtime: ${what}; the result is lost, and the runtime goes on with one thread`,
    );
  }

  /** Ends all workers. */
  stop(): void {
    this.alive = false;
    Atomics.store(this.#words, WORD.stop, 1);
    Atomics.add(this.#words, WORD.wake, 1);
    Atomics.notify(this.#words, WORD.wake);
    for (const thread of this.#threads.splice(0)) thread.terminate();
  }
}
