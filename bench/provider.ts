import { createRuntime } from "../src/runtime/create-runtime.js";
import { hardwareThreads, hasRelaxedSimd } from "../src/runtime/features.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { empty, type Shape } from "../src/tensor.js";
import type { Step, Workload } from "./workload.js";

/** An implementation that can run a workload. */
export interface Provider {
  name: string;
  /** null for plain TypeScript. */
  runtime: Runtime | null;
  prepare(workload: Workload, shape: Shape): Step;
}

export const plain: Provider = {
  name: "plain",
  runtime: null,
  prepare(workload, shape) {
    if (!workload.plain) throw new Error(`bench: ${workload.name} has no plain loops`);
    return workload.plain(shape);
  },
};

/**
 * This library in every variant that the engine runs, with one thread and, if there are two cores, with two threads.
 */
export async function ours(): Promise<(Provider & { runtime: Runtime })[]> {
  const providers = [];
  for (const variant of hasRelaxedSimd() ? (["simd", "relaxed"] as const) : (["simd"] as const)) {
    for (const threads of hardwareThreads() > 1 ? [1, 2] : [1]) {
      const runtime = await createRuntime({ variant, threads });
      providers.push({
        name: threads === 1 ? variant : `${variant} ×${threads}`,
        runtime,
        prepare: (workload: Workload, shape: Shape) => workload.ours(runtime, shape),
      });
    }
  }
  return providers;
}

/**
 * A step for comparison, always on one thread: it moves a known number of bytes, or does a known number of operations.
 */
export interface Yardstick extends Step {
  amount: number;
}

/** A copy of this length does not fit into the caches: longer ones would show nothing new. */
const LONGEST_COPY = 64 * 2 ** 20;

/** A wasm memory.copy that reads and writes `bytes` together. */
export function memoryCopy(runtime: Runtime, bytes: number): Yardstick {
  const units = Math.ceil(Math.min(bytes, LONGEST_COPY) / 128);
  const from = empty(runtime, [16 * units]);
  const to = empty(runtime, [16 * units]);
  from.data.fill(1);
  to.data.fill(0);
  const run = () => {
    runtime.run("copyBytes", units, 16, [to.ptr, from.ptr]);
    return [];
  };
  return { run, amount: 128 * units };
}

/** The GEMM micro-kernel alone, on panels that stay in L1: 4×8 tiles over 256 steps. */
export function microKernel(runtime: Runtime): Yardstick {
  const [depth, tiles] = [256, 1024];
  const a = empty(runtime, [depth, 4]);
  const b = empty(runtime, [depth, 8]);
  const c = empty(runtime, [4, 8]);
  a.data.fill(1);
  b.data.fill(1);
  const run = () => {
    runtime.run("gemmPeak", tiles, 64 * depth, [c.ptr, a.ptr, b.ptr, depth]);
    return [];
  };
  return { run, amount: 64 * depth * tiles };
}
