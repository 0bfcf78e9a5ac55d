// Commands of one process, under a launcher of several.

/** The number of ranks that mpirun has started; 1 without it. */
export const startedByMpi = ({ env } = process): number =>
  Number(env.OMPI_COMM_WORLD_SIZE ?? env.PMI_SIZE ?? 1);

/** Throws Error where mpirun has started several ranks of what runs in one process: each would do all of it. */
export function checkAlone(): void {
  if (startedByMpi() > 1)
    throw new Error(
      `mpirun has started ${startedByMpi()} ranks: add --distributed to compare; other commands run in one process`,
    );
}
