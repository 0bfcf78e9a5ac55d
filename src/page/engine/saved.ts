import { checkpointDatabase } from "../../io/checkpoint-database.js";
import type { CheckpointStore } from "../../io/checkpoint-file.js";

export interface SavedOrNot extends CheckpointStore {
  /** Deletes what was saved. */
  remove(): Promise<void>;
}

/**
 * A checkpoint in the browser's database that gives up, and says so once, where the browser refuses to keep it: the run
 * is worth more than its checkpoint.
 */
export function savedOrNot(key: string, unsaved: (message: string) => void): SavedOrNot {
  const store = checkpointDatabase(key);
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
    remove: async () => void (await tried(() => store.remove())),
  };
}
