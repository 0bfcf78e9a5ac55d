// What is computed for the laboratory while the page is built.
import type { Runtime } from "../../runtime/runtime.js";
import { type DepthData, firstDepth } from "./depth/first.js";

export interface LabData {
  depth: DepthData;
}

export const labData = async (runtime: Runtime): Promise<LabData> => ({
  depth: await firstDepth(runtime),
});
