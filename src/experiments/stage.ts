import type { HostAbortSignal } from "../host-types.js";
import type { Runtime } from "../runtime/runtime.js";

/** What an experiment reports while it runs: how far it is in one of its stages. */
export interface Stage {
  stage: string;
  /** The number of steps done, out of `steps`. Both are 0 before the stage begins. */
  step: number;
  steps: number;
  text?: string;
  /** True when the stage is over. Then `text` is its result. */
  done?: boolean;
}

/** Options that every experiment takes beside its settings. */
export interface ExperimentOptions {
  /** Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** Ends the experiment with the signal's reason. */
  signal?: HostAbortSignal;
}
