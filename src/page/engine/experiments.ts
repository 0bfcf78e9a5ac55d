// The experiments of the laboratory. The program of each is loaded when it is asked for.
import type { HostAbortSignal } from "../../host-types.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { ExperimentName, ExperimentRequest, Experiments } from "./protocol.js";

interface Options<K extends ExperimentName> {
  runtime: Runtime;
  signal: HostAbortSignal;
  controls: Experiments[K]["controls"];
}
type Events<K extends ExperimentName> = AsyncGenerator<
  Experiments[K]["event"],
  Experiments[K]["result"]
>;

const starters: {
  [K in ExperimentName]: (request: ExperimentRequest<K>, options: Options<K>) => Promise<Events<K>>;
} = {
  async gradients({ settings }, options) {
    const { run } = await import("./lab/depth.js");
    return run(settings, options);
  },
  async runningStats({ settings }, options) {
    const { run } = await import("./lab/statistics.js");
    return run(settings, options);
  },
  async style({ settings, data }, options) {
    const { run } = await import("./lab/style.js");
    return run(data, settings, options);
  },
  async transformer({ settings, data }, options) {
    const { run } = await import("./lab/place.js");
    return run(data, settings, options);
  },
};

export const startExperiment = <K extends ExperimentName>(
  request: ExperimentRequest<K>,
  options: Options<K>,
): Promise<Events<K>> => starters[request.name](request, options);
