import { checkOptions, type Rules } from "../options.js";
import type { ProcessGroup } from "../process-group.js";
import { Group, type GroupSettings } from "./group.js";
import { launchedBy } from "./launcher.js";
import { LocalTransport } from "./local.js";
import { isLocalRank, localMemory } from "./local-memory.js";
import { MpiTransport } from "./mpi.js";
import { builtin } from "./node.js";

/** Options of `initProcessGroup`. */
export interface InitOptions {
  /** Default: what started this process, mpirun or `launchLocal`; alone it is a group of one rank. */
  backend?: "mpi" | "local";
  /** The MPI library to load. Default: MPI_LIBRARY of the environment, else the one of the launcher. */
  library?: string;
  /** The deadline of every wait, in seconds: that of a collective, and that for all ranks to join. Default 300. */
  timeout?: number;
  /**
   * "fixed": every sum is taken in rank order in float64, with the same bits for every MPI and bucket size. Default
   * "fast": the same bits from run to run for one number of ranks, library and bucket size.
   */
  order?: "fast" | "fixed";
  /**
   * Whether each collective is compared between the ranks before it runs. Default: in the first step of a training.
   */
  check?: boolean;
}

const rules: Rules<InitOptions> = {
  backend: ["mpi", "local"],
  library: "string",
  timeout: "number",
  order: ["fast", "fixed"],
  check: "boolean",
};

/**
 * The group of all ranks that mpirun or `launchLocal` has started.
 * @throws Error where koffi, the MPI library or the launcher is missing, and where the library is not the launcher's
 */
export async function initProcessGroup(options: InitOptions = {}): Promise<ProcessGroup> {
  checkOptions("initProcessGroup", options, rules);
  const { timeout = 300, order = "fast", check = "first" } = options;
  if (!(timeout > 0 && timeout < 2 ** 31))
    throw new RangeError(
      `initProcessGroup: expected timeout above 0 and below 2³¹ seconds, got ${timeout}`,
    );
  const { workerData } = builtin("initProcessGroup", "node:worker_threads");
  const rank = isLocalRank(workerData) ? workerData : null;
  const settings: GroupSettings = { timeout, order, check };
  if (rank) {
    if (options.backend === "mpi")
      throw new Error('initProcessGroup: this is a rank of launchLocal, whose backend is "local"');
    return new Group(new LocalTransport(rank), settings);
  }
  const environment = globalThis.process?.env ?? {};
  const launched = options.backend === "local" ? null : launchedBy(environment, options.library);
  if (launched) return new Group(await MpiTransport.join(launched, timeout), settings);
  if (options.backend === "mpi")
    throw new Error(
      "initProcessGroup: no launcher of MPI started this process; start it as mpirun -np 4 node train.mjs",
    );
  const alone = { evenkeelLocal: true, rank: 0, size: 1, memory: localMemory(1) } as const;
  return new Group(new LocalTransport(alone), settings);
}
