export * from "./norm-resnet.js";
export * from "./transformer-block.js";
export {
  type TransformerNorm,
  type TransformerNormName,
  transformerNormNames,
} from "./transformer-norms.js";
