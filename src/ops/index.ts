// The operations of the public surface.

export type { Operand } from "./broadcast.js";
export { adaptiveAvgPool1d } from "./conv/adaptive-avg-pool1d.js";
export { adaptiveAvgPool2d } from "./conv/adaptive-avg-pool2d.js";
export { type AvgPool1dOptions, avgPool1d } from "./conv/avg-pool1d.js";
export { type AvgPool2dOptions, avgPool2d } from "./conv/avg-pool2d.js";
export { type AvgPool3dOptions, avgPool3d } from "./conv/avg-pool3d.js";
export { type ConvTranspose1dOptions, convTranspose1d } from "./conv/conv-transpose1d.js";
export { type ConvTranspose2dOptions, convTranspose2d } from "./conv/conv-transpose2d.js";
export { type ConvTranspose3dOptions, convTranspose3d } from "./conv/conv-transpose3d.js";
export { type Conv1dOptions, conv1d } from "./conv/conv1d.js";
export { type Conv2dOptions, conv2d } from "./conv/conv2d.js";
export { type Conv3dOptions, conv3d } from "./conv/conv3d.js";
export {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
} from "./conv/interpolate.js";
export type { MaxPool, MaxPooled } from "./conv/max-pool-nd.js";
export { type MaxPool1dOptions, maxPool1d } from "./conv/max-pool1d.js";
export { type MaxPool2dOptions, maxPool2d } from "./conv/max-pool2d.js";
export { type MaxPool3dOptions, maxPool3d } from "./conv/max-pool3d.js";
export { type PadMode, type PadOptions, pad } from "./conv/pad.js";
export type { Activation } from "./elementwise/activation.js";
export { add } from "./elementwise/add.js";
export { type DivOptions, div } from "./elementwise/div.js";
export { type DropoutOptions, dropout, dropout2d } from "./elementwise/dropout.js";
export { type ELUOptions, elu } from "./elementwise/elu.js";
export { exp } from "./elementwise/exp.js";
export { type GELUOptions, gelu } from "./elementwise/gelu.js";
export { type LeakyReLUOptions, leakyRelu } from "./elementwise/leaky-relu.js";
export { log } from "./elementwise/log.js";
export { mul } from "./elementwise/mul.js";
export { neg } from "./elementwise/neg.js";
export { prelu } from "./elementwise/prelu.js";
export { relu } from "./elementwise/relu.js";
export { sigmoid } from "./elementwise/sigmoid.js";
export { silu } from "./elementwise/silu.js";
export { type SoftplusOptions, softplus } from "./elementwise/softplus.js";
export { sqrt } from "./elementwise/sqrt.js";
export { sub } from "./elementwise/sub.js";
export { tanh } from "./elementwise/tanh.js";
export { type AdaINOptions, adaIN } from "./norm/ada-in.js";
export { type AdaLINOptions, adaLIN, layerInstanceNorm } from "./norm/ada-lin.js";
export { adaLN, gatedAdd } from "./norm/ada-ln.js";
export { type BatchInstanceNormOptions, batchInstanceNorm } from "./norm/batch-instance-norm.js";
export { type BatchNormOptions, batchNorm } from "./norm/batch-norm.js";
export { type BatchRenormOptions, batchRenorm } from "./norm/batch-renorm.js";
export {
  type ConditionalBatchNormOptions,
  type ConditionalInstanceNormOptions,
  conditionalBatchNorm,
  conditionalInstanceNorm,
  film,
} from "./norm/conditional-norm.js";
export { type CRMSNormOptions, crmsNorm } from "./norm/crms-norm.js";
export { type DerfOptions, derf } from "./norm/derf.js";
export { type DyTOptions, dyt } from "./norm/dyt.js";
export { type EvoNormB0Options, evonormB0 } from "./norm/evonorm-b0.js";
export { type EvoNormS0Options, evonormS0 } from "./norm/evonorm-s0.js";
export { type FRNOptions, frn } from "./norm/frn.js";
export { type GhostBatchNormOptions, ghostBatchNorm } from "./norm/ghost-batch-norm.js";
export { type GlobalResponseNormOptions, globalResponseNorm } from "./norm/global-response-norm.js";
export { type GroupNormOptions, groupNorm } from "./norm/group-norm.js";
export { type InstanceNormOptions, instanceNorm } from "./norm/instance-norm.js";
export { type IterNormOptions, iterNorm } from "./norm/iter-norm.js";
export { addLayerNorm, type LayerNormOptions, layerNorm } from "./norm/layer-norm.js";
export { type LayerNorm2dOptions, layerNorm2d } from "./norm/layer-norm-2d.js";
export { layerScale } from "./norm/layer-scale.js";
export type { Layout, LayoutOptions } from "./norm/layout.js";
export { type LocalResponseNormOptions, localResponseNorm } from "./norm/local-response-norm.js";
export { type MeanVarianceNormOptions, meanVarianceNorm } from "./norm/mean-variance-norm.js";
export { modulate } from "./norm/modulate.js";
export { type NormalizeOptions, normalize } from "./norm/normalize.js";
export { type PixelNormOptions, pixelNorm } from "./norm/pixel-norm.js";
export {
  momentShortcut,
  type PositionalNorm,
  type PositionalNormOptions,
  positionalNorm,
} from "./norm/positional-norm.js";
export { type PowerNormOptions, powerNorm } from "./norm/power-norm.js";
export { qkNorm } from "./norm/qk-norm.js";
export {
  type RevIN,
  type RevINInverseOptions,
  type RevINOptions,
  revIN,
  revINInverse,
} from "./norm/rev-in.js";
export {
  type AddRMSNormOptions,
  addRMSNorm,
  type RMSNormOptions,
  rmsNorm,
} from "./norm/rms-norm.js";
export { type RMSNorm2dOptions, rmsNorm2d } from "./norm/rms-norm-2d.js";
export type { AddNorm } from "./norm/row-norm.js";
export { scaleNorm } from "./norm/scale-norm.js";
export { type SpectralNormOptions, spectralNorm } from "./norm/spectral-norm.js";
export { type SwitchableNormOptions, switchableNorm } from "./norm/switchable-norm.js";
export { type SyncBatchNormOptions, syncBatchNorm } from "./norm/sync-batch-norm.js";
export { weightLengths, weightNorm } from "./norm/weight-norm.js";
export {
  type ScaledWeightStandardizationOptions,
  scaledWeightStandardization,
  type WeightStandardizationOptions,
  weightStandardization,
} from "./norm/weight-standardization.js";
export { type EmbeddingOptions, embedding } from "./product/embedding.js";
export { linear } from "./product/linear.js";
export { matmul } from "./product/matmul.js";
export {
  type AttentionOptions,
  scaledDotProductAttention,
} from "./product/scaled-dot-product-attention.js";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
} from "./reduce/binary-cross-entropy.js";
export { type CrossEntropyOptions, crossEntropy, type Targets } from "./reduce/cross-entropy.js";
export { type KLDivOptions, klDiv } from "./reduce/kl-div.js";
export {
  type HuberLossOptions,
  huberLoss,
  type L1LossOptions,
  l1Loss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./reduce/l1-loss.js";
export { logSoftmax } from "./reduce/log-softmax.js";
export type { Reduction } from "./reduce/loss.js";
export { mean } from "./reduce/mean.js";
export { mseLoss } from "./reduce/mse-loss.js";
export { softmax } from "./reduce/softmax.js";
export { sum } from "./reduce/sum.js";
export { concat } from "./shape/concat.js";
export { flatten } from "./shape/flatten.js";
export { permute } from "./shape/permute.js";
export { reshape } from "./shape/reshape.js";
export { resizeNearest } from "./shape/resize-nearest.js";
export { slice } from "./shape/slice.js";
export { transpose } from "./shape/transpose.js";
