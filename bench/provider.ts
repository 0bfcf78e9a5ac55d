import { hardwareThreads, hasRelaxedSimd } from "../src/runtime/features.js";
import { createRuntime, type Runtime } from "../src/runtime/runtime.js";
import { empty, type Shape } from "../src/tensor.js";
import type { Step, Workload } from "./workload.js";

/** Somebody who can do a workload. */
export interface Provider {
  name: string;
  /** Null for plain TypeScript. */
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

/** Ours in every variant this engine runs, with one thread and, where there are cores for it, two. */
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

/** What a rate is set beside, always on one thread. */
export interface Yardstick {
  name: string;
  step: Step;
  bytes?: number;
  flops?: number;
}

/** A wasm memory.copy of `length` bytes, rated as `bytes`. */
export function memoryCopy(
  runtime: Runtime,
  name: string,
  length: number,
  bytes: number,
): Yardstick {
  const units = Math.ceil(length / 64);
  const from = empty(runtime, [16 * units]);
  const to = empty(runtime, [16 * units]);
  from.data.fill(1);
  to.data.fill(0);
  const run = () => {
    runtime.run("copyBytes", units, 16, [to.ptr, from.ptr]);
    return [];
  };
  return { name, step: { run }, bytes };
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
  return { name: `${runtime.variant} peak`, step: { run }, flops: 64 * depth * tiles };
}
