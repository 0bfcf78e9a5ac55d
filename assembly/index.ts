// The table of contents of the binary. The contract every kernel keeps:
// 1. Arguments: outputs, saved statistics, inputs, sizes, eps, then the range `begin, end` of rows, sets, tiles or
//    elements. Sixteen at most: where there would be more, sizes come as a plan (README.md). What needs scratch says
//    how much beside the kernel. Pointers are byte addresses, 64-byte aligned, never below 1024; an absent weight or
//    bias is pointer 0.
// 2. No state: no module-level `let`, no `new`, strings, `throw`, `assert`, `Mathf.*`, no allocation. One import
//    (`env.memory`).
// 3. Items of a range are independent: any split over threads gives the same bits. Sums across items go to partial
//    buffers whose layout depends on the shape alone, and are merged in index order by a second kernel.
// 4. float32 data; statistics that leave a kernel (mean, rstd, partial sums of moments) are float64.

export * from "./conv/bias-gradient";
export { convolve, convPack } from "./conv/conv";
export * from "./conv/conv-columns";
export { convWeightGradient } from "./conv/conv-weight";
export * from "./conv/pooling";
export * from "./conv/wild-channels";
export * from "./conv/window-pooling";
export { winograd } from "./conv/winograd";
export { winogradFilters, winogradProducts, winogradSpread } from "./conv/winograd-gradient";
export { winogradLevels } from "./conv/winograd-levels";
export { winogradCopyTiles, winogradZeros } from "./conv/winograd-repair";
export { winogradWeights } from "./conv/winograd-weights";
export * from "./conv/winograd-wild";
export * from "./elementwise/accumulate";
export * from "./elementwise/activation";
export * from "./elementwise/dropout";
export * from "./elementwise/elementwise";
export * from "./elementwise/gates";
export * from "./lib/abi";
export * from "./lib/copy";
export * from "./lib/random";
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
export * from "./norm/running-statistics";
export * from "./norm/saturation";
export * from "./norm/scaled-rows";
export * from "./norm/slice-maps";
export * from "./optim/adam";
export * from "./optim/rmsprop";
export * from "./optim/sgd";
export * from "./optim/subnormals";
export * from "./product/attention";
export { gemm, gemmMerge, gemmPack } from "./product/gemm";
export { gemmPeak } from "./product/gemm-tile";
export * from "./reduce/loss";
export * from "./reduce/reduce";
export * from "./reduce/softmax";
export * from "./shape/gather-positions";
export * from "./shape/shape";
