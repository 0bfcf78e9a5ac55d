// The process of one library. Its parent says what to prepare, and it answers with results and times.
import { workloads } from "../../build/peers.js";

const [adapter, threads] = process.argv.slice(2);
const { open } = await import(`./${adapter}.mjs`);
let library = null;
let job = null;

/**
 * The time of a call in milliseconds: the mean over `calls` calls. An adapter may bring its own function, if its
 * library measures itself.
 */
async function time(calls) {
  if (job.time) return job.time(calls);
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const pending = job.run();
    if (pending) await pending;
  }
  return (performance.now() - start) / calls;
}

const actions = {
  async open() {
    library = await open({ threads: Number(threads) });
    return library.version;
  },
  /** Gives the results. The parent compares every element. */
  async prepare({ row }) {
    const last = job;
    job = null;
    await last?.dispose?.();
    const { program, shape } = workloads[row];
    job = await library.prepare(program(shape), row);
    return job.outputs();
  },
  /**
   * Runs for at least `ms` milliseconds, so that V8 uses its optimising tier. Gives the time that the fastest call kept
   * this process busy.
   */
  async warm({ ms }) {
    const end = performance.now() + ms;
    let best = Number.POSITIVE_INFINITY;
    do {
      const start = performance.now();
      await time(1);
      best = Math.min(best, performance.now() - start);
    } while (performance.now() < end);
    return best;
  },
  async time({ calls, leadIn }) {
    if (leadIn > 0) await actions.warm({ ms: leadIn });
    return time(calls);
  },
};

process.on("message", async ({ id, action, ...given }) => {
  try {
    process.send({ id, value: await actions[action](given) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.send({ id, error: message });
  }
});
process.on("disconnect", () => process.exit());
