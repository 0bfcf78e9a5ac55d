// What of a call is the kernels', and what the host's.
import type { Runtime } from "../src/runtime/runtime.js";
import { Tensor, tidy } from "../src/tensor.js";
import type { Step } from "./workload.js";

/** The launches of a step, to run them again without the host code around them. */
export interface Launches extends Step {
  /** How many kernels the step launches. */
  count: number;
}

/**
 * Notes what one call of `step` launches. The plans are noted too, for kernels read them. The launches write where the
 * step wrote, in memory that is free between calls; that its values change there takes no other time.
 */
export function launchesOf(runtime: Runtime, step: Step): Launches {
  const again: (() => void)[] = [];
  const proto = { run: runtime.run, plan: runtime.plan };
  let count = 0;
  const noted = {
    run(...args: Parameters<Runtime["run"]>) {
      again.push(() => proto.run.apply(runtime, args));
      count++;
      proto.run.apply(runtime, args);
    },
    plan(...args: Parameters<Runtime["plan"]>) {
      again.push(() => void proto.plan.apply(runtime, args));
      return proto.plan.apply(runtime, args);
    },
  };
  Object.assign(runtime, noted);
  try {
    tidy(() => {
      for (const output of step.run()) if (output instanceof Tensor) output.dispose();
    });
  } finally {
    for (const name of Object.keys(noted)) Reflect.deleteProperty(runtime, name);
  }
  const run = () => {
    for (const launch of again) launch();
    return [];
  };
  return { run, count };
}
