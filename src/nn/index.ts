export * from "./activation.js";
export * from "./ada-lin.js";
export * from "./ada-ln.js";
export type { FoldableNorm } from "./batch-affine.js";
export {
  adaBN,
  type UpdateBatchNormOptions,
  updateBatchNorm,
  withBatchStatistics,
} from "./batch-statistics.js";
export * from "./batch-variants.js";
export * from "./channels-last.js";
export * from "./conditional.js";
export * from "./conv.js";
export * from "./conv-transpose.js";
export { convertNorm, freezeNorms } from "./convert-norm.js";
export * from "./create-norm.js";
export * from "./dropout.js";
export * from "./dyt.js";
export * from "./embedding.js";
export * from "./evonorm.js";
export * from "./flatten.js";
export { foldBatchNorm } from "./fold-batch-norm.js";
export type { ForwardHook, RemovableHandle } from "./forward-hooks.js";
export * from "./frn.js";
export { fromKeras } from "./from-keras.js";
export * from "./global-response-norm.js";
export * from "./identity.js";
export type { LayerOptions } from "./init.js";
export * from "./iter-norm.js";
export { addAndNormalize } from "./joined.js";
export type { KerasLayer, KerasShape } from "./keras-config.js";
export * from "./layer-norm-2d.js";
export * from "./linear.js";
export * from "./local-response-norm.js";
export { type LoadResult, Module } from "./module.js";
export * from "./module-list.js";
export * from "./multi-head-attention.js";
export * from "./norm.js";
export { type MakeOptions, type NormMethod, type NormName, normTable } from "./norm-table.js";
export { removeParametrization } from "./parametrizations/parametrize.js";
export * from "./parametrizations/spectral-norm.js";
export * from "./parametrizations/weight-norm.js";
export * from "./parametrizations/weight-standardization.js";
export * from "./pooling.js";
export * from "./positionwise-ffn.js";
export * from "./power-norm.js";
export type { RecurrentOptions, RecurrentResult, RecurrentState } from "./recurrent-options.js";
export * from "./rev-in.js";
export * from "./rms-norm-2d.js";
export * from "./rnn.js";
export * from "./scale-norm.js";
export * from "./sequential.js";
export * from "./spade.js";
export * from "./std-conv.js";
export * from "./switchable-norm.js";
export * from "./tent.js";
export * from "./unlearned.js";
