import { createRuntime } from "../src/runtime/create-runtime.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type Shape, tidy } from "../src/tensor.js";
import { measure, median } from "./measure.js";
import { workloads } from "./workloads/index.js";

/** How a workload's time grows with one length of its shape. */
export interface Sweep {
  workload: string;
  axis: "batch" | "rows" | "columns" | "channels";
  /** The lengths that do not change, in words. */
  fixed: string;
  values: readonly number[];
  shape(value: number): Shape;
}

export interface Curve {
  threads: number;
  ms: number[];
}

const powers = (from: number, to: number): number[] =>
  from > to ? [] : [from, ...powers(2 * from, to)];

const layerNorm = "layerNorm forward + backward";
const batchNorm = "batchNorm training forward + backward";
const conv2d = "conv2d → 64, stride 1, forward";

export const sweeps: readonly Sweep[] = [
  {
    ...{ workload: layerNorm, axis: "rows", fixed: "512 columns", values: powers(16, 8192) },
    shape: (rows) => [rows, 512],
  },
  {
    ...{ workload: layerNorm, axis: "columns", fixed: "256 rows", values: powers(32, 16384) },
    shape: (columns) => [256, columns],
  },
  {
    ...{
      workload: batchNorm,
      axis: "batch",
      fixed: "64 channels of 16×16",
      values: powers(1, 128),
    },
    shape: (batch) => [batch, 64, 16, 16],
  },
  {
    ...{
      workload: batchNorm,
      axis: "channels",
      fixed: "batch 16 of 16×16",
      values: powers(4, 512),
    },
    shape: (channels) => [16, channels, 16, 16],
  },
  {
    ...{ workload: conv2d, axis: "batch", fixed: "64 channels of 28×28", values: powers(1, 32) },
    shape: (batch) => [batch, 64, 28, 28],
  },
  {
    ...{ workload: conv2d, axis: "channels", fixed: "batch 4 of 28×28", values: powers(4, 256) },
    shape: (channels) => [4, channels, 28, 28],
  },
  {
    ...{
      workload: "matmul",
      axis: "rows",
      fixed: "[rows, 256] · [256, 256]",
      values: powers(8, 4096),
    },
    shape: (rows) => [rows, 256, 256],
  },
];

/** The workloads that are measured for each number of threads. */
export const threadSweeps: readonly { workload: string; shape: Shape }[] = [
  { workload: layerNorm, shape: [1600, 512] },
  { workload: batchNorm, shape: [64, 128, 16, 16] },
  { workload: conv2d, shape: [16, 64, 56, 56] },
  { workload: "matmul", shape: [512, 512, 512] },
];

/** One runtime for each number of threads up to `most`, of the fastest build. */
export const runtimes = (most: number): Promise<Runtime[]> =>
  Promise.all(Array.from({ length: most }, (_, i) => createRuntime({ threads: i + 1 })));

/**
 * The median time of a workload at `shape` in each runtime, in milliseconds. The runtimes take turns for `budget`
 * milliseconds.
 */
export function timesOf(
  name: string,
  shape: Shape,
  engines: readonly Runtime[],
  budget: number,
): number[] {
  const workload = workloads.find((one) => one.name === name);
  if (!workload) throw new Error(`bench: no workload "${name}"`);
  return tidy(() => {
    const steps = engines.map((runtime) => workload.ours(runtime, shape));
    const times = measure(steps, budget).map(median);
    for (const step of steps) step.dispose?.();
    return times;
  });
}

/** A curve for each runtime. */
export function measureSweep(sweep: Sweep, engines: readonly Runtime[], budget: number): Curve[] {
  const points = sweep.values.map((value) =>
    timesOf(sweep.workload, sweep.shape(value), engines, budget),
  );
  return engines.map(({ threads }, i) => ({ threads, ms: points.map((times) => times[i]) }));
}
