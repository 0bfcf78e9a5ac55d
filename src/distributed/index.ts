/**
 * Groups of processes or threads that train together.
 * @packageDocumentation
 */
export type {
  CollectiveOptions,
  ProcessGroup,
  ReduceOp,
  ReduceOptions,
  Values,
  Work,
} from "../process-group.js";
export { DistributedDataParallel, type DistributedDataParallelOptions } from "./ddp.js";
export { type InitOptions, initProcessGroup } from "./init.js";
export { type LaunchOptions, launchLocal } from "./launch-local.js";
export { anyRank, seedRank } from "./ranks.js";
export { DistributedSampler, type DistributedSamplerOptions } from "./sampler.js";
