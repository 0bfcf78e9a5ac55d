import type { ExperimentOptions, Stage } from "../../src/experiments/stage.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";

/** Runs an experiment to its end on a runtime of its own; fails if it leaves memory behind. */
export async function finish<Result>(
  experiment: (options: ExperimentOptions) => AsyncGenerator<Stage, Result>,
  seen?: (stage: Stage) => void,
): Promise<Result> {
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  try {
    const events = experiment({ runtime });
    for (;;) {
      const { done, value } = await events.next();
      if (!done) {
        seen?.(value);
        continue;
      }
      const { tensors, bytes } = runtime.stats();
      if (tensors > 0 || bytes > 0) throw new Error(`${tensors} tensors, ${bytes} bytes left`);
      return value;
    }
  } finally {
    runtime.close();
  }
}

/** Stops an experiment at its first event; gives what it throws, and what it leaves in memory. */
export async function interrupt(
  experiment: (options: ExperimentOptions) => AsyncGenerator<Stage, unknown>,
): Promise<{ error: unknown; bytes: number }> {
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  const stop = new AbortController();
  try {
    for await (const _ of experiment({ runtime, signal: stop.signal })) stop.abort();
    throw new Error("the experiment did not stop");
  } catch (error) {
    return { error, bytes: runtime.stats().bytes };
  } finally {
    runtime.close();
  }
}
