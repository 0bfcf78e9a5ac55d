// The table of contents of the binary. The contract every kernel keeps:
// 1. Arguments: outputs, saved statistics, inputs, sizes, eps, then the range `begin, end` of rows, sets, tiles or elements. Sixteen
//    at most: where there would be more, sizes come as a plan (lib/plan.ts). What needs scratch says how much beside the kernel.
//    Pointers are byte addresses, 64-byte aligned, never below 1024; an absent weight or bias is pointer 0.
// 2. No state: no module-level `let`, no `new`, strings, `throw`, `assert`, `Mathf.*`, no allocation. One import (`env.memory`).
// 3. Items of a range are independent: any split over threads gives the same bits. Sums across items go to partial
//    buffers whose layout depends on the shape alone, and are merged in index order by a second kernel.
// 4. float32 data; statistics that leave a kernel (mean, rstd, partial sums of moments) are float64.
export * from "./lib/abi";
export * from "./lib/copy";
export * from "./lib/random";
export * from "./nn/accumulate";
export * from "./nn/activation";
export * from "./nn/attention";
export * from "./nn/bias-gradient";
export { convolve, convPack } from "./nn/conv";
export * from "./nn/conv-columns";
export { convWeightGradient } from "./nn/conv-weight";
export * from "./nn/dropout";
export * from "./nn/elementwise";
export * from "./nn/gates";
export { gemm, gemmMerge, gemmPack } from "./nn/gemm";
export { gemmPeak } from "./nn/gemm-tile";
export * from "./nn/loss";
export * from "./nn/pooling";
export * from "./nn/positions";
export * from "./nn/reduce";
export * from "./nn/saturation";
export * from "./nn/shape";
export * from "./nn/softmax";
export * from "./nn/wild-channels";
export * from "./nn/window-pooling";
export { winograd } from "./nn/winograd";
export { winogradFilters, winogradProducts, winogradSpread } from "./nn/winograd-gradient";
export { winogradLevels } from "./nn/winograd-levels";
export { winogradCopyTiles, winogradZeros } from "./nn/winograd-repair";
export { winogradWeights } from "./nn/winograd-weights";
export * from "./nn/winograd-wild";
export { axisNormBackward, axisNormForward } from "./norm/axis-norm";
export * from "./norm/channel-norm";
export * from "./norm/channel-norm-parts";
export {
  columnGradient,
  columnGradientSums,
  columnMoments,
  columnNormalize,
} from "./norm/column-norm";
export * from "./norm/evonorm-b0";
export * from "./norm/evonorm-s0";
export * from "./norm/frn";
export * from "./norm/layer-norm";
export * from "./norm/layer-norm-parts";
export { localResponseNormBackward, localResponseNormForward } from "./norm/local-response-norm";
export * from "./norm/modulate";
export * from "./norm/planes";
export * from "./norm/running-statistics";
export * from "./norm/scaled-rows";
export * from "./optim/adam";
export * from "./optim/sgd";
export * from "./optim/subnormals";
