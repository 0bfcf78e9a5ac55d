import type { CheckpointParts, LoadCheckpointOptions } from "./checkpoint.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { builtin } from "./node.js";

/**
 * `saveCheckpoint` to a file, which at every moment is the old one or the new one, complete: a crash, of the machine included,
 * loses only what was being written. Throws Error, naming the path, when it cannot be written.
 */
export async function writeCheckpoint(
  path: string,
  parts: CheckpointParts,
  metadata: unknown = null,
): Promise<void> {
  await replaceFile("writeCheckpoint", path, saveCheckpoint(parts, metadata));
}

/** `loadCheckpoint` from a file. Throws Error, naming the path, when it cannot be read, and what that throws, with the path. */
export async function readCheckpoint(
  path: string,
  parts: CheckpointParts,
  options?: LoadCheckpointOptions,
): Promise<unknown> {
  const { readFile } = builtin("readCheckpoint", "node:fs/promises");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`readCheckpoint: cannot read ${path}: ${reason(cause)}`, { cause });
  }
  try {
    return loadCheckpoint(bytes, parts, options);
  } catch (cause) {
    const Kind = cause instanceof RangeError ? RangeError : Error;
    const why = reason(cause).replace(/^loadCheckpoint: /, "");
    throw new Kind(`readCheckpoint: ${path}: ${why}`, { cause });
  }
}

/** Where a run is kept between sessions: a file here, elsewhere perhaps a database of the browser. */
export interface CheckpointStore {
  save(parts: CheckpointParts, metadata: unknown): Promise<void>;
  /** The metadata, the parts being as they were saved; null, the parts being as they are, where nothing was saved. */
  load(parts: CheckpointParts): Promise<unknown>;
}

/** A file as a store; the directory it lies in must be there. */
export const checkpointFile = (path: string): CheckpointStore => ({
  save: (parts, metadata) => writeCheckpoint(path, parts, metadata),
  load: async (parts) => {
    const { stat } = builtin("checkpointFile", "node:fs/promises");
    const there = await stat(path).catch(({ code }) => code !== "ENOENT");
    return there ? readCheckpoint(path, parts) : null;
  },
});

/** Writes beside `path`, to the disk, and then renames. */
async function replaceFile(caller: string, path: string, bytes: Uint8Array): Promise<void> {
  const fs = builtin(caller, "node:fs/promises");
  const partial = `${path}.${globalThis.process.pid}.partial`;
  try {
    const file = await fs.open(partial, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(partial, path);
  } catch (cause) {
    await fs.rm(partial, { force: true }).catch(() => {});
    throw new Error(`${caller}: cannot write ${path}: ${reason(cause)}`, { cause });
  }
  // The rename too has to reach the disk; not every system lets directories be opened for that.
  const directory = await fs.open(path.replace(/[^/\\]*$/, "") || ".").catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
