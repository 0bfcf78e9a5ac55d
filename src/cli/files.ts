import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/**
 * Makes a directory and its parents. Returns the first one that did not exist. Node's own recursive mkdir never returns
 * if the system refuses with ENOENT, as in /proc.
 */
export async function makeDirectory(directory: string): Promise<string | undefined> {
  const parent = dirname(directory);
  const there = await stat(directory).catch(() => null);
  if (there?.isDirectory()) return undefined;
  const made = parent === directory ? undefined : await makeDirectory(parent);
  await mkdir(directory);
  return made ?? directory;
}

/** Refuses a directory in which no file can be written. It tries to write, and leaves nothing behind. */
export async function checkWritable(directory: string): Promise<void> {
  const probe = join(directory, `.evenkeel-${process.pid}`);
  let made: string | undefined;
  try {
    made = await makeDirectory(resolve(directory));
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    throw new Error(`cannot write to the directory ${directory}: ${reasonOf(cause)}`, { cause });
  } finally {
    if (made) await rm(made, { recursive: true, force: true });
  }
}

/** Writes files into a directory. Each file appears complete or not at all. */
export async function writeFiles(
  directory: string,
  files: Record<string, string | Uint8Array>,
): Promise<void> {
  try {
    await makeDirectory(resolve(directory));
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name);
      const partial = `${path}.${process.pid}.partial`;
      try {
        await writeFile(partial, text);
        await rename(partial, path);
      } finally {
        await rm(partial, { force: true });
      }
    }
  } catch (cause) {
    throw new Error(`cannot write to the directory ${directory}: ${reasonOf(cause)}`, { cause });
  }
}

const REASONS: Record<string, string> = {
  EACCES: "permission denied",
  EEXIST: "there is a file of that name",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left",
  ENOTDIR: "there is a file of that name on the way",
  EISDIR: "it is a directory",
  EPERM: "permission denied",
  EROFS: "read-only file system",
};

/** The reason why the system refused, in words. */
export function reasonOf(cause: unknown): string {
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  return REASONS[code] ?? message;
}
