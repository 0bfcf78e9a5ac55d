import type { ParamState } from "./state.js";

/** Decaying by 0.9 a step, a moment is below the normal numbers for 150 steps before it comes to rest. */
const PERIOD = 32;

/** Now and then, brings moments that are below the normal numbers to 0; see assembly/optim/subnormals.ts. */
export function dropSubnormals(step: number, buffers: ParamState["buffers"]): void {
  if (step % PERIOD !== 0) return;
  for (const { runtime, size, ptr } of Object.values(buffers))
    runtime.run("dropSubnormals", size, 2, [ptr]);
}
