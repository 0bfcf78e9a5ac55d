import { Tensor, tidy } from "../src/tensor.js";
import type { Outputs, Step } from "./workload.js";

/** Long enough for V8 to compile a kernel with its optimising tier. */
const WARM_UP_MS = 60;
/** A sample is the mean of as many calls as fill this time. */
const SAMPLE_MS = 8;
/**
 * Before each sample a step runs untimed for this long: the waiting workers of another provider go to sleep, and the
 * caches fill. With only 0.5 ms, a layer norm of 13 MB, forward and backward, was still read from memory, and two
 * threads gained 1.4× instead of 1.8×.
 */
const LEAD_IN_MS = 3;
/** A step whose first call takes longer is not run again, such as a convolution in plain TypeScript. */
const SLOW_MS = 400;
const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 101;

function discard(outputs: Outputs): void {
  for (const output of outputs) if (output instanceof Tensor) output.dispose();
}

/**
 * The milliseconds of a call: the mean of `calls` calls. With a `before`, each call is timed alone, so that `before`
 * does not count.
 */
function time({ before, run }: Step, calls: number): number {
  const call = () => tidy(() => discard(run()));
  const start = performance.now();
  if (!before) {
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / calls;
  }
  let total = 0;
  for (let i = 0; i < calls; i++) {
    tidy(() => {
      before();
      const begin = performance.now();
      discard(run());
      total += performance.now() - begin;
    });
  }
  return total / calls;
}

/** Runs a step at least once and for at least `ms`; returns the time of its fastest call. */
function lap(step: Step, ms: number): number {
  const end = performance.now() + ms;
  let best = Number.POSITIVE_INFINITY;
  do best = Math.min(best, time(step, 1));
  while (performance.now() < end);
  return best;
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Samples of each step, in milliseconds a call. The steps take turns, so that a slow phase of the machine slows all of
 * them. This takes `budget` milliseconds or three rounds, whichever is longer.
 */
export function measure(steps: readonly Step[], budget: number): number[][] {
  const first = steps.map((step) => time(step, 1));
  const calls = steps.map((step, i) => {
    if (first[i] > SLOW_MS && !step.before) return 0;
    if (first[i] > WARM_UP_MS) return 1; // the step is warm already
    return Math.max(1, Math.ceil(SAMPLE_MS / lap(step, WARM_UP_MS)));
  });
  const samples: number[][] = steps.map((_, i) => (calls[i] === 0 ? [first[i]] : []));
  const end = performance.now() + budget;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (round >= LEAST_ROUNDS && performance.now() > end) break;
    for (const [i, step] of steps.entries()) {
      if (calls[i] === 0) continue;
      if (first[i] < SLOW_MS / 10) lap(step, LEAD_IN_MS);
      samples[i].push(time(step, calls[i]));
    }
  }
  return samples;
}
