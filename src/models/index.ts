/**
 * Networks whose norm is an option, for comparisons.
 * @packageDocumentation
 */
export * from "./norm-resnet.js";
export { type ResNet, type ResNetOptions, resnet18, resnet34, resnet50 } from "./resnet.js";
export { StyleTransferNet, type StyleTransferNetOptions } from "./style-transfer-net.js";
export * from "./transformer-block.js";
export * from "./transformer-lm.js";
export {
  type TransformerNorm,
  type TransformerNormName,
  transformerNormNames,
} from "./transformer-norms.js";
export { UNet, type UNetOptions } from "./unet.js";
