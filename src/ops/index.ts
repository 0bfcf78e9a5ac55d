// The operations of the public surface.
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";
export { add } from "./add.js";
export { type BatchNormOptions, batchNorm } from "./batch-norm.js";
export type { Operand } from "./broadcast.js";
export { concat } from "./concat.js";
export { type Conv2dOptions, conv2d } from "./conv2d.js";
export {
  type CrossEntropyOptions,
  crossEntropy,
  type Reduction,
  type Targets,
} from "./cross-entropy.js";
export { div } from "./div.js";
export { exp } from "./exp.js";
export { flatten } from "./flatten.js";
export { type GroupNormOptions, groupNorm } from "./group-norm.js";
export { type InstanceNormOptions, instanceNorm } from "./instance-norm.js";
export { type LayerNormOptions, layerNorm } from "./layer-norm.js";
export { linear } from "./linear.js";
export { log } from "./log.js";
export { logSoftmax } from "./log-softmax.js";
export { matmul } from "./matmul.js";
export { mean } from "./mean.js";
export { mseLoss } from "./mse-loss.js";
export { mul } from "./mul.js";
export { neg } from "./neg.js";
export { permute } from "./permute.js";
export { relu } from "./relu.js";
export { reshape } from "./reshape.js";
export { type RMSNormOptions, rmsNorm } from "./rms-norm.js";
export { sigmoid } from "./sigmoid.js";
export { slice } from "./slice.js";
export { softmax } from "./softmax.js";
export { sqrt } from "./sqrt.js";
export { sub } from "./sub.js";
export { sum } from "./sum.js";
export { tanh } from "./tanh.js";
export { transpose } from "./transpose.js";
