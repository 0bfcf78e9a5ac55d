// What is saved of a race: a database of its own in the browser, with a checkpoint for each lane.
import { checkpointDatabase } from "../../io/checkpoint-database.js";
import type { CheckpointStore } from "../../io/checkpoint-file.js";

const PREFIX = "evenkeel race ";

/** How long a race that nobody goes on with is kept, in milliseconds. */
const DAY = 86_400_000;

/** A new race's key: its database. */
export const newKey = (): string => PREFIX + Date.now();

/**
 * A checkpoint in the race's database that gives up, and says so once, where the browser refuses to keep it: the run is
 * worth more than its checkpoint.
 */
export function savedOrNot(
  key: string,
  name: string,
  unsaved: (message: string) => void,
): CheckpointStore {
  const store = checkpointDatabase(name, key);
  let gaveUp = false;
  const tried = async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (gaveUp) return null;
    try {
      return await work();
    } catch (error) {
      if (error instanceof RangeError) throw error; // the checkpoint of another run
      gaveUp = true;
      unsaved(String(error));
      return null;
    }
  };
  return {
    save: async (...all) => void (await tried(() => store.save(...all))),
    load: (...all) => tried(() => store.load(...all)),
  };
}

/** Deletes what was saved of a race. Where nothing can be saved there is nothing to delete. */
export function forget(key: string): void {
  try {
    indexedDB.deleteDatabase(key);
  } catch {}
}

/** Deletes what was saved of races whose pages ended without a word, but not of the one that can go on. */
export async function forgetOld(kept: string | undefined): Promise<void> {
  try {
    for (const { name = "" } of await indexedDB.databases()) {
      const age = Date.now() - Number(name.slice(PREFIX.length));
      if (name.startsWith(PREFIX) && name !== kept && age > DAY) forget(name);
    }
  } catch {} // this browser does not tell their names
}
