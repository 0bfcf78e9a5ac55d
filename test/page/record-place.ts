import { run } from "../../src/page/engine/lab/place.js";
import { placeSettings, recordOf } from "../../src/page/lab/place/nets.js";
import { defaults } from "../../src/page/state.js";
import type { Runtime } from "../../src/runtime/runtime.js";

/** The run that the section Place shows before any other. */
export async function recordedPlace(runtime: Runtime): Promise<ReturnType<typeof recordOf>[]> {
  const training = run(undefined, placeSettings(defaults), { runtime });
  for (;;) {
    const { done, value } = await training.next();
    if (done) return value.map(recordOf);
  }
}
