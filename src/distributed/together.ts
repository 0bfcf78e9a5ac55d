// What all ranks do together, and what becomes of them where it ends in the middle.
import type { ProcessGroup } from "../process-group.js";

/** Marks an error that all ranks throw alike, so that they are in step after it. */
export const onEveryRank = <E extends Error>(error: E): E =>
  Object.assign(error, { onEveryRank: true });

/**
 * Runs `fn`, in which all ranks call the same collectives. An error of this rank alone leaves the others in the middle
 * of it: this rank's next collective would meet another one of theirs, so its group fails.
 */
export function together<T>(group: ProcessGroup, what: string, fn: () => T): T {
  const { collectives } = group.traffic;
  try {
    return fn();
  } catch (error) {
    const { message, onEveryRank } = error as Error & { onEveryRank?: boolean };
    if (!onEveryRank && group.traffic.collectives > collectives)
      group.fail(`${what} ended in the middle: ${message}`);
    throw error;
  }
}
