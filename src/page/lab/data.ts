// What is computed for the laboratory while the page is built.
import type { Runtime } from "../../runtime/runtime.js";
import { type DepthData, firstDepth } from "./depth/first.js";

import { firstPadding, type PaddingData } from "./padding/first.js";
import { firstStatistics, type StatisticsData } from "./statistics/first.js";

export interface LabData {
  depth: DepthData;
  statistics: StatisticsData;
  padding: PaddingData;
}

export const labData = async (runtime: Runtime): Promise<LabData> => ({
  depth: await firstDepth(runtime),
  statistics: await firstStatistics(runtime),
  padding: await firstPadding(runtime),
});
