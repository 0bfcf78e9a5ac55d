// The public surface.
export { isGradEnabled, noGrad } from "./autograd.js";
export {
  type CheckpointParts,
  checkpointMetadata,
  type LoadCheckpointOptions,
  loadCheckpoint,
  type Stateful,
  saveCheckpoint,
} from "./io/checkpoint.js";
export { type CheckpointRecord, checkpointDatabase } from "./io/checkpoint-database.js";
export {
  type CheckpointStore,
  checkpointFile,
  readCheckpoint,
  writeCheckpoint,
} from "./io/checkpoint-file.js";
export { loadSafetensors, saveSafetensors } from "./io/safetensors.js";
export { nn, optim } from "./namespaces.js";
export { createNorm } from "./nn/create-norm.js";
export * from "./ops/index.js";
export type {
  CollectiveOptions,
  ProcessGroup,
  ReduceOp,
  ReduceOptions,
  Values,
  Work,
} from "./process-group.js";
export { defaultGenerator, Generator, manualSeed, rand, randn, randperm } from "./random.js";
export { createRuntime, type RuntimeOptions } from "./runtime/create-runtime.js";
export { defaultRuntime, init } from "./runtime/default-runtime.js";
export type { Runtime, RuntimeStats } from "./runtime/runtime.js";
export {
  type AnyTensor,
  type ArrayOf,
  type DType,
  full,
  keep,
  ones,
  type Shape,
  Tensor,
  type TensorOptions,
  tensor,
  tidy,
  zeros,
} from "./tensor.js";
