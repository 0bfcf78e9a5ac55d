export * from "./norm-resnet.js";
