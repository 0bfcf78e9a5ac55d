// The control page: 32-bit words a cache line apart, so that spinning on one does not slow the others.
//   remaining  chunks that nobody has claimed yet; a claim subtracts 1, so that a late worker can do no harm
//   done       chunks that are finished
//   wake, sleepers  a worker that found nothing to do sleeps on `wake`; `sleepers` counts those
//   failed     1 + the thread whose kernel trapped
//   stop       1: leave the loop
//   job        kernel index, number of arguments, count of items, items a chunk, scratch address, scratch bytes
//              a thread, number of the job (never 0)
//   args       float64, which holds every pointer, int32 and float32 exactly
export const WORD = {
  remaining: 0,
  done: 16,
  wake: 32,
  sleepers: 48,
  failed: 64,
  stop: 80,
  job: 96,
} as const;
export const ARGS = 64; // in float64 units
export const MAX_ARGS = 40;

export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: number;
  thread: number;
  word: typeof WORD;
  argsAt: number;
}

/**
 * A worker's whole life: it instantiates on the shared memory, then claims chunks until it is told to stop. It is sent
 * to the worker as source text, so it uses nothing from this module but its message.
 */
export function workerMain(): void {
  type Port = {
    onmessage: ((event: { data: WorkerStart }) => void) | null;
    postMessage(message: unknown): void;
  };
  type Host = {
    process?: { getBuiltinModule?: (name: string) => { parentPort?: Port } | undefined };
  };
  const node = (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads");
  const port = node?.parentPort ?? (globalThis as unknown as Port);

  // A worker looks for about 0.2 ms before it sleeps: longer than the gap between two kernels of a training step.
  const patience = 20000;

  port.onmessage = ({ data }) => {
    const { module, memory, control, thread, word, argsAt } = data;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const kernels = Object.values(exports) as ((...args: number[]) => void)[];
    const words = new Int32Array(memory.buffer, control, 128);
    const values = new Float64Array(memory.buffer, control, 128);
    const { remaining, done, wake, sleepers, failed, stop, job } = word;

    // Arguments are read once a job, not for each of its chunks.
    let seen = 0;
    let args: number[] = [];
    const runChunk = (chunk: number) => {
      const size = words[job + 3];
      if (words[job + 6] !== seen) {
        seen = words[job + 6];
        args = Array.from(values.subarray(argsAt, argsAt + words[job + 1]));
        const bytes = words[job + 5];
        if (bytes > 0) args.push((words[job + 4] >>> 0) + thread * bytes);
        args.push(0, 0);
      }
      args[args.length - 2] = chunk * size;
      args[args.length - 1] = Math.min(words[job + 2], (chunk + 1) * size);
      kernels[words[job]](...args);
    };

    port.postMessage("ready");
    let idle = 0;
    while (Atomics.load(words, stop) === 0) {
      if (Atomics.load(words, remaining) > 0) {
        idle = 0;
        for (;;) {
          const left = Atomics.sub(words, remaining, 1);
          if (left <= 0) break;
          try {
            runChunk(left - 1);
          } catch {
            Atomics.store(words, failed, thread + 1);
          }
          Atomics.add(words, done, 1);
        }
      } else if (++idle > patience) {
        idle = 0;
        const before = Atomics.load(words, wake);
        Atomics.add(words, sleepers, 1);
        const nothing = Atomics.load(words, remaining) <= 0 && Atomics.load(words, stop) === 0;
        if (nothing) Atomics.wait(words, wake, before);
        Atomics.sub(words, sleepers, 1);
      }
    }
  };
}
