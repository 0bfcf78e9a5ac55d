import { measureEach } from "../../../experiments/deep-measure.js";
import { gradients } from "../../../experiments/gradients.js";
import type { Runtime } from "../../../runtime/runtime.js";
import { defaults } from "../../state.js";
import { curveOf, depthSettings, type Net } from "./nets.js";

/** What stands in the section before anything runs: the usual nets, measured and trained. */
export type DepthData = readonly Net[];

export async function firstDepth(runtime: Runtime): Promise<DepthData> {
  const measured = measureEach(defaults, runtime);
  const training = gradients(depthSettings(defaults), { runtime });
  for (;;) {
    const { done, value } = await training.next();
    if (!done) continue;
    return value.trained.map(({ norm, losses, accuracy }, i) => ({
      norm,
      gradients: measured[i].gradients,
      curve: curveOf(losses).map(([x, y]) => [x, Number(y.toPrecision(4))] as const),
      accuracy,
    }));
  }
}
