// What started this process, by its environment.
import { builtin } from "./node.js";

export interface Launched {
  /** The library of the launcher. */
  library: string;
  /** null: the launcher does not tell it. */
  size: number | null;
  /** The variable that told. */
  by: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The libraries by the variable in which their launcher tells the number of ranks. */
const launchers = [
  { variable: "OMPI_COMM_WORLD_SIZE", library: "libmpi.so.40" },
  { variable: "PMI_SIZE", library: "libmpich.so.12" },
];

/**
 * The launcher of this process; null: none. Throws Error under a launcher whose library cannot be told: with the wrong
 * one each rank would be alone, silently.
 */
export function launchedBy(environment: Environment, library?: string): Launched | null {
  const given = library ?? environment.MPI_LIBRARY;
  for (const known of launchers) {
    const size = Number(environment[known.variable]);
    if (size >= 1) return { library: given ?? known.library, size, by: known.variable };
  }
  if (environment.PMI_PORT !== undefined)
    return { library: given ?? "libmpich.so.12", size: null, by: "PMI_PORT" };
  const tasks = Number(environment.SLURM_NTASKS ?? 0);
  if (environment.PMIX_RANK === undefined && !(tasks > 1)) return null;
  const by = environment.PMIX_RANK === undefined ? "SLURM_NTASKS" : "PMIX_RANK";
  if (given === undefined)
    throw new Error(
      `initProcessGroup: ${by} tells of several ranks, but not by which MPI; set MPI_LIBRARY to its library, ` +
        "such as libmpi.so.40, or start with mpirun",
    );
  if (!(tasks >= 1))
    throw new Error(
      `initProcessGroup: ${by} is set, but not SLURM_NTASKS, so the number of ranks is not known ` +
        `(MPI_LIBRARY is ${given}); start with mpirun`,
    );
  return { library: given, size: tasks, by };
}

/** Refuses where the launcher cannot be reached any more, in place of the library, whose error tells nothing. */
export function checkConnected({ PMI_FD }: Environment): void {
  const { existsSync, readlinkSync } = builtin("initProcessGroup", "node:fs");
  const open = "/proc/self/fd";
  if (PMI_FD === undefined || !existsSync(open)) return;
  const path = `${open}/${PMI_FD}`;
  if (existsSync(path) && readlinkSync(path).startsWith("socket:")) return;
  throw new Error(
    "initProcessGroup: something between mpirun and this process, such as npx, has closed the connection to MPICH's " +
      "mpirun; start it as mpirun -pmi-port, or start node itself",
  );
}
