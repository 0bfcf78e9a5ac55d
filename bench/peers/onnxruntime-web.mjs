// onnxruntime-web with its wasm provider.
import ort from "onnxruntime-web";
import { adapter } from "./onnxruntime.mjs";

export async function open({ threads }) {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };
  return { version: ort.env.versions.web, prepare: adapter(ort, options) };
}
