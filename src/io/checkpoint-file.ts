import type { CheckpointParts, LoadCheckpointOptions } from "./checkpoint.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { builtin } from "./node.js";

/**
 * Writes `saveCheckpoint` to a file. At every moment the file is the complete old one or the complete new one: even if
 * the machine crashes, only the new data are lost.
 * @throws Error, naming the path, if the file cannot be written
 */
export async function writeCheckpoint(
  path: string,
  parts: CheckpointParts,
  metadata: unknown = null,
): Promise<void> {
  await replaceFile("writeCheckpoint", path, saveCheckpoint(parts, metadata));
}

/**
 * `loadCheckpoint` from a file. Errors of `loadCheckpoint` get the path too.
 * @throws Error, naming the path, if the file cannot be read; what `loadCheckpoint` throws, with the path
 */
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

/** A place that keeps a run between sessions: a file here, perhaps a database of the browser elsewhere. */
export interface CheckpointStore {
  /** Replaces what was saved before. */
  save(parts: CheckpointParts, metadata: unknown): Promise<void>;
  /** Returns the metadata and loads the parts. If nothing was saved, returns null and leaves the parts as they are. */
  load(parts: CheckpointParts): Promise<unknown>;
}

/** A file as a store. Its directory must exist. */
export const checkpointFile = (path: string): CheckpointStore => ({
  save: (parts, metadata) => writeCheckpoint(path, parts, metadata),
  load: async (parts) => {
    const { stat } = builtin("checkpointFile", "node:fs/promises");
    const there = await stat(path).catch(({ code }) => code !== "ENOENT");
    return there ? readCheckpoint(path, parts) : null;
  },
});

/** Writes a file beside `path`, flushes it to the disk, and then renames it. */
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
  // The rename must reach the disk too. Not every system lets a program open a directory for that.
  const directory = await fs.open(path.replace(/[^/\\]*$/, "") || ".").catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
