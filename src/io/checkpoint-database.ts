import { describe } from "../options.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import type { CheckpointStore } from "./checkpoint-file.js";

/** A checkpoint in a database of the browser. */
export interface CheckpointRecord extends CheckpointStore {
  /** Whether a checkpoint is saved. */
  exists(): Promise<boolean>;
  /** Deletes the saved checkpoint, if there is one. */
  remove(): Promise<void>;
}

/** The only table of the database: bytes by key. */
const TABLE = "checkpoints";

/**
 * A store in IndexedDB, under a key of your choice, for pages and their workers. Every save replaces the old one
 * completely or not at all.
 * @throws Error if there is no IndexedDB or it refuses (a private window, a full disk), and RangeError for a checkpoint
 *   of other parts
 */
export function checkpointDatabase(key: string, database = "evenkeel"): CheckpointRecord {
  for (const [name, value] of Object.entries({ key, database }))
    if (typeof value !== "string" || value === "")
      throw new TypeError(
        `checkpointDatabase: expected ${name} to be a name, got ${describe(value)}`,
      );

  const use = async <T>(
    mode: "readonly" | "readwrite",
    ask: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    try {
      const opened = await open(database);
      try {
        const transaction = opened.transaction(TABLE, mode);
        const request = ask(transaction.objectStore(TABLE));
        await finished(transaction); // data are safe only after the transaction has finished
        return request.result;
      } finally {
        opened.close();
      }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`checkpointDatabase: cannot use "${key}" in "${database}": ${why}`, {
        cause,
      });
    }
  };
  return {
    save: async (parts, metadata) => {
      const bytes = saveCheckpoint(parts, metadata);
      await use("readwrite", (table) => table.put(bytes, key));
    },
    load: async (parts) => {
      const bytes = await use<Uint8Array | undefined>("readonly", (table) => table.get(key));
      return bytes ? loadCheckpoint(bytes, parts) : null;
    },
    exists: async () => (await use("readonly", (table) => table.count(key))) > 0,
    remove: async () => {
      await use("readwrite", (table) => table.delete(key));
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const { indexedDB } = globalThis as { indexedDB?: IDBFactory };
    if (!indexedDB) throw new Error("there is no IndexedDB here; checkpointFile() keeps files");
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another page keeps an older version of it open"));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("it was given up"));
  });
}
