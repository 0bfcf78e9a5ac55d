// onnxruntime-node on the CPU, in native code.
import ort from "onnxruntime-node";
import { adapter } from "./onnxruntime.mjs";

export async function open({ threads }) {
  const options = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  };
  return { version: ort.env.versions.node, prepare: adapter(ort, options) };
}
