import type { ParamState } from "./state.js";

/** With an eps of at least this, a subnormal moment changes a step by less than its rounding. */
export const EPS_HIDES = 1e-12;

/** A moment that decays by 0.9 a step is subnormal for 150 steps before it stops changing. */
const PERIOD = 32;

/** Every 32 steps, sets subnormal moments to 0; see assembly/optim/subnormals.ts. */
export function dropSubnormals(step: number, buffers: ParamState["buffers"]): void {
  if (step % PERIOD !== 0) return;
  for (const { runtime, size, ptr } of Object.values(buffers))
    runtime.run("dropSubnormals", size, 2, [ptr]);
}
