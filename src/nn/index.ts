export * from "./activation.js";
export * from "./conv.js";
export * from "./flatten.js";
export type { LayerOptions } from "./init.js";
export * from "./linear.js";
export * from "./module.js";
export * from "./norm.js";
export * from "./pooling.js";
export * from "./sequential.js";
