// The parts that bench/peers needs from here, as a bundle, so that its programs run without TypeScript.

export { createRuntime } from "../src/runtime/create-runtime.js";
export { hasRelaxedSimd } from "../src/runtime/features.js";
export { tidy } from "../src/scope.js";
export { Tensor } from "../src/tensor.js";
export { outputsOf, relativeError, title } from "./compare.js";
export { machine } from "./machine.js";
export { median } from "./measure.js";
export { ROUNDING } from "./workload.js";
export { workloads } from "./workloads/index.js";
