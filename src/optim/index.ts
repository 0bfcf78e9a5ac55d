export { Adam, type AdamGroupOptions, type AdamOptions, AdamW } from "./adam.js";
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from "./clip-grad.js";
export { type CommonOptions, decayGroups, type ParamGroup, type Params } from "./groups.js";
export { LRScheduler, type LRSchedulerState } from "./lr-scheduler.js";
export * from "./lr-schedules.js";
export { Optimizer } from "./optimizer.js";
export { SGD, type SGDGroupOptions, type SGDOptions } from "./sgd.js";
export type { OptimizerState } from "./state.js";
