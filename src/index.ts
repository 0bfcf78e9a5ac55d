/**
 * Operations, layers, optimisers and checkpoints. A call checks its arguments before it computes, and a refused call
 * changes nothing. Every call throws TypeError for what is no tensor of the right dtype, for an unknown option and for
 * one of another type; RangeError for numbers out of their range, such as an eps below 0, and where memory is full;
 * Error for tensors that were disposed, or that belong to two runtimes. "Throws" says what comes on top of that.
 * @packageDocumentation
 */
export { isGradEnabled, noGrad } from "./autograd.js";
export { type GradOptions, grad } from "./grad/grad.js";
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
  type BackwardOptions,
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
