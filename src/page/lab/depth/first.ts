import { measureEach } from "../../../experiments/deep-measure.js";
import { gradients } from "../../../experiments/gradients.js";
import type { Runtime } from "../../../runtime/runtime.js";
import { defaults } from "../../state.js";
import { pack } from "../parts/packed.js";
import { depthSettings, type Net, smoothed } from "./nets.js";

/** What stands in the section before anything runs: the usual nets, measured and trained. */
export type DepthData = readonly (Omit<Net, "curve"> & { losses: readonly number[] })[];

export async function firstDepth(runtime: Runtime): Promise<DepthData> {
  const measured = measureEach(defaults, runtime);
  const training = gradients(depthSettings(defaults), { runtime });
  for (;;) {
    const { done, value } = await training.next();
    if (!done) continue;
    return value.trained.map(({ norm, losses, accuracy }, i) => ({
      norm,
      gradients: measured[i].gradients.map((g) => Number(g.toPrecision(4))),
      losses: pack(smoothed(losses)),
      accuracy,
    }));
  }
}
