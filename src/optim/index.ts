export { Adam, type AdamGroupOptions, type AdamOptions, AdamW } from "./adam.js";
export * from "./averaged-model.js";
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from "./clip-grad.js";
export { type CommonOptions, decayGroups, type ParamGroup, type Params } from "./groups.js";
export * from "./joined-schedules.js";
export {
  type LRRule,
  LRScheduler,
  type LRSchedulerState,
  type PerGroup,
  RuleLR,
} from "./lr-scheduler.js";
export * from "./lr-schedules.js";
export { OneCycleLR, type OneCycleLROptions, type OneCycleLRState } from "./one-cycle-lr.js";
export { Optimizer } from "./optimizer.js";
export * from "./reduce-lr-on-plateau.js";
export { RMSprop, type RMSpropGroupOptions, type RMSpropOptions } from "./rmsprop.js";
export { SGD, type SGDGroupOptions, type SGDOptions } from "./sgd.js";
export type { OptimizerState } from "./state.js";
