// The operations of the public surface.

export type { Activation } from "./activation.js";
export { type AdaINOptions, adaIN } from "./ada-in.js";
export { type AdaLINOptions, adaLIN, layerInstanceNorm } from "./ada-lin.js";
export { adaLN, gatedAdd } from "./ada-ln.js";
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";
export { add } from "./add.js";
export { type AvgPool2dOptions, avgPool2d } from "./avg-pool2d.js";
export { type BatchInstanceNormOptions, batchInstanceNorm } from "./batch-instance-norm.js";
export { type BatchNormOptions, batchNorm } from "./batch-norm.js";
export { type BatchRenormOptions, batchRenorm } from "./batch-renorm.js";
export type { Operand } from "./broadcast.js";
export { concat } from "./concat.js";
export {
  type ConditionalBatchNormOptions,
  type ConditionalInstanceNormOptions,
  conditionalBatchNorm,
  conditionalInstanceNorm,
  film,
} from "./conditional-norm.js";
export { type ConvTranspose2dOptions, convTranspose2d } from "./conv-transpose2d.js";
export { type Conv2dOptions, conv2d } from "./conv2d.js";
export { type CRMSNormOptions, crmsNorm } from "./crms-norm.js";
export {
  type CrossEntropyOptions,
  crossEntropy,
  type Reduction,
  type Targets,
} from "./cross-entropy.js";
export { type DerfOptions, derf } from "./derf.js";
export { div } from "./div.js";
export { type DropoutOptions, dropout, dropout2d } from "./dropout.js";
export { type DyTOptions, dyt } from "./dyt.js";
export { embedding } from "./embedding.js";
export { type EvoNormB0Options, evonormB0 } from "./evonorm-b0.js";
export { type EvoNormS0Options, evonormS0 } from "./evonorm-s0.js";
export { exp } from "./exp.js";
export { flatten } from "./flatten.js";
export { type FRNOptions, frn } from "./frn.js";
export { type GELUOptions, gelu } from "./gelu.js";
export { type GhostBatchNormOptions, ghostBatchNorm } from "./ghost-batch-norm.js";
export { type GlobalResponseNormOptions, globalResponseNorm } from "./global-response-norm.js";
export { type GroupNormOptions, groupNorm } from "./group-norm.js";
export { type InstanceNormOptions, instanceNorm } from "./instance-norm.js";
export { type IterNormOptions, iterNorm } from "./iter-norm.js";
export { addLayerNorm, type LayerNormOptions, layerNorm } from "./layer-norm.js";
export { type LayerNorm2dOptions, layerNorm2d } from "./layer-norm-2d.js";
export { layerScale } from "./layer-scale.js";
export type { Layout, LayoutOptions } from "./layout.js";
export { linear } from "./linear.js";
export { type LocalResponseNormOptions, localResponseNorm } from "./local-response-norm.js";
export { log } from "./log.js";
export { logSoftmax } from "./log-softmax.js";
export { matmul } from "./matmul.js";
export { type MaxPool2dOptions, maxPool2d } from "./max-pool2d.js";
export { mean } from "./mean.js";
export { type MeanVarianceNormOptions, meanVarianceNorm } from "./mean-variance-norm.js";
export { modulate } from "./modulate.js";
export { mseLoss } from "./mse-loss.js";
export { mul } from "./mul.js";
export { neg } from "./neg.js";
export { type NormalizeOptions, normalize } from "./normalize.js";
export { permute } from "./permute.js";
export { type PixelNormOptions, pixelNorm } from "./pixel-norm.js";
export {
  momentShortcut,
  type PositionalNorm,
  type PositionalNormOptions,
  positionalNorm,
} from "./positional-norm.js";
export { type PowerNormOptions, powerNorm } from "./power-norm.js";
export { qkNorm } from "./qk-norm.js";
export { relu } from "./relu.js";
export { reshape } from "./reshape.js";
export { resizeNearest } from "./resize-nearest.js";
export { type AddRMSNormOptions, addRMSNorm, type RMSNormOptions, rmsNorm } from "./rms-norm.js";
export { type RMSNorm2dOptions, rmsNorm2d } from "./rms-norm-2d.js";
export type { AddNorm } from "./row-norm.js";
export { scaleNorm } from "./scale-norm.js";
export {
  type AttentionOptions,
  scaledDotProductAttention,
} from "./scaled-dot-product-attention.js";
export { sigmoid } from "./sigmoid.js";
export { silu } from "./silu.js";
export { slice } from "./slice.js";
export { softmax } from "./softmax.js";
export { type SpectralNormOptions, spectralNorm } from "./spectral-norm.js";
export { sqrt } from "./sqrt.js";
export { sub } from "./sub.js";
export { sum } from "./sum.js";
export { type SwitchableNormOptions, switchableNorm } from "./switchable-norm.js";
export { type SyncBatchNormOptions, syncBatchNorm } from "./sync-batch-norm.js";
export { tanh } from "./tanh.js";
export { transpose } from "./transpose.js";
export { weightLengths, weightNorm } from "./weight-norm.js";
export {
  type ScaledWeightStandardizationOptions,
  scaledWeightStandardization,
  type WeightStandardizationOptions,
  weightStandardization,
} from "./weight-standardization.js";
