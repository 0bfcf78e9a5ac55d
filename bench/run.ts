import { tidy } from "../src/tensor.js";
import { compare } from "./compare.js";
import { launchesOf } from "./launches.js";
import { measure, median } from "./measure.js";
import { memoryCopy, microKernel, type ours, plain, type Yardstick } from "./provider.js";
import type { Cost, Workload } from "./workload.js";

/** One line of the table: a workload in one build. Times are medians in milliseconds. */
export interface Result extends Cost {
  workload: string;
  shape: readonly number[];
  variant: string;
  ms: number;
  /** The fastest sample. An idle machine would come closer to this time. */
  bestMs: number;
  samples: number;
  /** Time on two threads; null on a machine with one core. */
  twoThreadsMs: number | null;
  /** What a call takes beside its kernels, and how many it launches; null where kernels take most of the time. */
  host: { ms: number; launches: number } | null;
  /** The time of the plain loops; null if they are too slow or do not exist. */
  plainMs: number | null;
  /**
   * Measured in the same run on one thread: a memory.copy that moves `bytes`, in GB/s, and the micro-kernel of the
   * build, in GFLOP/s.
   */
  copyRate: number;
  peakRate: number;
  /** The least time for `bytes` and for `flops` at these rates, in milliseconds: the larger of the two. */
  boundMs: number;
}

export interface RunOptions {
  /** The time for measuring a row, in milliseconds. */
  budget: number;
  /**
   * Rows of more operations than this are compared with plain loops at the tiny shape. Their plain loops are not timed.
   */
  plainFlops: number;
}

/**
 * Rows of more operations than this are compared at their tiny shape only: a full comparison would take a fifth of
 * their time.
 */
const LARGE = 1e9;

/** Rows of at most so many operations show the host's time. */
const SMALL = 5e6;

type Ours = Awaited<ReturnType<typeof ours>>;

/** Compares the providers of a row, then times them. Throws an error with the row's name if the providers disagree. */
export function runWorkload(workload: Workload, engines: Ours, options: RunOptions): Result[] {
  const { shape } = workload;
  const cost = workload.cost(shape);
  const withPlain = workload.plain && cost.flops <= options.plainFlops;
  const providers = withPlain ? [...engines, plain] : engines;
  if (workload.plain && !withPlain) compare(workload, workload.tiny, [...engines, plain]);
  compare(workload, cost.flops > LARGE ? workload.tiny : shape, providers);
  return tidy(() => {
    const single = engines.map(({ runtime }) => runtime).filter(({ threads }) => threads === 1);
    const yardsticks = [memoryCopy(single[0], cost.bytes), ...single.map(microKernel)];
    const steps = providers.map((provider) => provider.prepare(workload, shape));
    const alone = single.map((runtime) => {
      const step = steps[providers.findIndex((provider) => provider.runtime === runtime)];
      return cost.flops > SMALL || step.before ? null : launchesOf(runtime, step);
    });
    const launches = alone.filter((step) => step !== null);
    const times = measure([...yardsticks, ...steps, ...launches], options.budget);
    for (const step of steps) step.dispose?.();
    const kernels = times.splice(yardsticks.length + steps.length).map(median);
    const results = tabulate(workload, yardsticks, providers, times);
    return results.map((result, i) => {
      const host = alone[i] && { ms: result.ms - kernels[i], launches: alone[i].count };
      return { ...result, host };
    });
  });
}

function tabulate(
  { name, shape, cost }: Workload,
  yardsticks: readonly Yardstick[],
  providers: readonly { runtime: Ours[number]["runtime"] | null }[],
  times: number[][],
): Omit<Result, "host">[] {
  const medians = times.map(median);
  const [copyRate, ...peakRates] = yardsticks.map(({ amount }, i) => amount / medians[i] / 1e6);
  const samplesOf = (variant: string | undefined, threads: number | undefined) => {
    const at = providers.findIndex(
      ({ runtime }) => runtime?.variant === variant && runtime?.threads === threads,
    );
    return at < 0 ? null : times[yardsticks.length + at];
  };
  const { bytes, flops } = cost(shape);
  const plainSamples = samplesOf(undefined, undefined);
  const single = providers.filter(({ runtime }) => runtime?.threads === 1);
  return single.map(({ runtime }, i) => {
    const samples = samplesOf(runtime?.variant, 1) ?? [];
    const two = samplesOf(runtime?.variant, 2);
    return {
      ...{ workload: name, shape, variant: runtime?.variant ?? "", bytes, flops },
      ...{ ms: median(samples), bestMs: Math.min(...samples), samples: samples.length },
      twoThreadsMs: two && median(two),
      plainMs: plainSamples && median(plainSamples),
      ...{ copyRate, peakRate: peakRates[i] },
      boundMs: Math.max(bytes / copyRate, flops / peakRates[i]) / 1e6,
    };
  });
}
