import type { HostAbortSignal } from "../host-types.js";
import type { Runtime } from "../runtime/runtime.js";

/** What an experiment says while it runs: how far it is in one of its stages. */
export interface Stage {
  stage: string;
  /** Steps done, of `steps`; both 0 where nothing is done yet. */
  step: number;
  steps: number;
  text?: string;
  /** The stage is over, and `text` its outcome. */
  done?: boolean;
}

export interface ExperimentOptions {
  /** Default: that of `init()`. */
  runtime?: Runtime;
  /** Ends the experiment with the signal's reason. */
  signal?: HostAbortSignal;
}
