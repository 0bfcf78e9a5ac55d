import { tidy } from "../src/tensor.js";
import { compare } from "./compare.js";
import { measure, median } from "./measure.js";
import { memoryCopy, microKernel, type ours, plain, type Yardstick } from "./provider.js";
import type { Workload } from "./workload.js";

/** One line of the table. */
export interface Result {
  workload: string;
  shape: readonly number[];
  provider: string;
  /** Median milliseconds. */
  ms: number;
  /** The fastest sample: what a machine without other work would come closer to. */
  bestMs: number;
  samples: number;
  unit: "GB/s" | "GFLOP/s";
  rate: number;
  /** Rate relative to that of the first yardstick, or of the variant's own micro-kernel, on one thread; null for these. */
  ofYardstick: number | null;
  /** How many times faster than plain TypeScript. */
  overPlain: number | null;
  /** How many times faster than the same build on one thread. */
  speedUp: number | null;
}

export interface RunOptions {
  /** Milliseconds of measuring a row. */
  budget: number;
  /** Rows of more operations than this are compared with plain at the tiny shape, and not timed in it. */
  plainFlops: number;
}

type Ours = Awaited<ReturnType<typeof ours>>;

/** Compares the providers of a row, then times them. Throws an error with the row's name when they disagree. */
export function runWorkload(workload: Workload, engines: Ours, options: RunOptions): Result[] {
  const { shape } = workload;
  const withPlain = workload.plain && (workload.flops?.(shape) ?? 0) <= options.plainFlops;
  const providers = withPlain ? [...engines, plain] : engines;
  if (workload.plain && !withPlain) compare(workload, workload.tiny, [...engines, plain]);
  compare(workload, shape, providers);
  return tidy(() => {
    const yardsticks = yardsticksOf(workload, engines);
    const steps = providers.map((provider) => provider.prepare(workload, shape));
    const times = measure([...yardsticks.map(({ step }) => step), ...steps], options.budget);
    for (const step of steps) step.dispose?.();
    return tabulate(workload, yardsticks, providers, times);
  });
}

/**
 * The micro-kernel of each variant; or a memory.copy as long as input and output together, which is what ratios refer to, and
 * the least traffic there can be: one from input to output, half as long and, where that fits a cache, more than twice as fast.
 */
function yardsticksOf({ bytes, shape }: Workload, engines: Ours): Yardstick[] {
  const single = engines.map(({ runtime }) => runtime).filter(({ threads }) => threads === 1);
  if (!bytes) return single.map(microKernel);
  const all = bytes(shape);
  return [
    memoryCopy(single[0], "copy in + out", all, all),
    memoryCopy(single[0], "copy in to out", all / 2, all),
  ];
}

const timing = (samples: number[]) => ({
  ms: median(samples),
  bestMs: Math.min(...samples),
  samples: samples.length,
});

function tabulate(
  workload: Workload,
  yardsticks: Yardstick[],
  providers: readonly { name: string; runtime: Ours[number]["runtime"] | null }[],
  times: number[][],
): Result[] {
  const { name, shape, bytes, flops } = workload;
  const unit = bytes ? "GB/s" : "GFLOP/s";
  const common = { workload: name, shape, unit } as const;
  const medians = times.map(median);
  const rate = (amount: number, ms: number) => amount / ms / 1e6;

  const rulers = yardsticks.map(
    (yardstick, i): Result => ({
      ...common,
      ...{ provider: yardstick.name, ...timing(times[i]) },
      rate: rate(yardstick.bytes ?? yardstick.flops ?? 0, medians[i]),
      ...{ ofYardstick: null, overPlain: null, speedUp: null },
    }),
  );
  const own = medians.slice(yardsticks.length);
  const plainMs = providers.at(-1)?.runtime === null ? own[own.length - 1] : null;
  const lines = providers.map(({ name, runtime }, i): Result => {
    const amount = rate((bytes ?? flops)?.(shape) ?? 0, own[i]);
    const ruler = rulers.find((r) => r.provider === `${runtime?.variant} peak`) ?? rulers[0];
    const single = providers.findIndex(
      (p) => p.runtime?.variant === runtime?.variant && p.runtime?.threads === 1,
    );
    return {
      ...common,
      ...{ provider: name, ...timing(times[yardsticks.length + i]) },
      rate: amount,
      ofYardstick: amount / ruler.rate,
      overPlain: runtime && plainMs !== null ? plainMs / own[i] : null,
      speedUp: runtime && runtime.threads > 1 ? own[single] / own[i] : null,
    };
  });
  return [...rulers, ...lines];
}
