import { builtin } from "../io/node.js";
import { checkOptions, describe } from "../options.js";
import {
  concatDatasets,
  countRecords,
  type ImageDataset,
  parseCifar10,
  RECORD_BYTES,
} from "./cifar10.js";

/** The directory inside the official archive. */
export const ARCHIVE_DIRECTORY = "cifar-10-batches-bin";

export const CIFAR10_FILES = {
  train: [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`),
  test: ["test_batch.bin"],
} as const;

/** Options of `readCifar10`. */
export interface ReadCifar10Options {
  /** The 50,000 images to train with, or the 10,000 to test with. */
  split: "train" | "test";
  /** The largest number of images: the first ones are taken, and no more than needed is read. Default: all. */
  limit?: number;
}

/**
 * Reads the binary files of CIFAR-10 from `dir`, or from `cifar-10-batches-bin` in it.
 * @throws RangeError for what `parseCifar10` refuses; Error for a directory or file that cannot be read; its `cause` is
 *   the system's error
 */
export async function readCifar10(dir: string, options: ReadCifar10Options): Promise<ImageDataset> {
  const rules = { split: ["train", "test"], limit: "number" } as const;
  const { split, limit = Infinity } = checkOptions("readCifar10", options, rules);
  const files = CIFAR10_FILES[split];
  if (!files) {
    throw new RangeError(`readCifar10: expected split "train" or "test", got ${describe(split)}`);
  }
  if (limit !== Infinity && !(Number.isInteger(limit) && limit > 0)) {
    throw new RangeError(`readCifar10: expected limit to be a positive integer, got ${limit}`);
  }
  const root = await findFiles(dir, files[0]);
  const parts: ImageDataset[] = [];
  let wanted = limit;
  for (const file of files) {
    if (wanted === 0) break;
    const part = parseCifar10(await readRecords(root, file, wanted), file);
    wanted -= part.labels.length;
    parts.push(part);
  }
  return concatDatasets(parts);
}

/** `dir`, or the directory of the archive inside it if only that exists. */
async function findFiles(dir: string, file: string): Promise<string> {
  const fs = builtin("readCifar10", "node:fs/promises");
  try {
    const names = await fs.readdir(dir);
    return !names.includes(file) && names.includes(ARCHIVE_DIRECTORY)
      ? `${dir}/${ARCHIVE_DIRECTORY}`
      : dir;
  } catch (cause) {
    throw new Error(`readCifar10: cannot read the directory ${dir}: ${reason(cause)}`, { cause });
  }
}

/** The first `limit` records of a file, or all of them. The size of the whole file is checked. */
async function readRecords(dir: string, file: string, limit: number): Promise<Uint8Array> {
  const fs = builtin("readCifar10", "node:fs/promises");
  try {
    const handle = await fs.open(`${dir}/${file}`);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Error("not a regular file");
      const count = countRecords(stat.size, file);
      const bytes = new Uint8Array(Math.min(count, limit) * RECORD_BYTES);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at);
        // the file became shorter meanwhile: parsing will report the place
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new Error(`${file}: cannot be read from ${dir}: ${reason(cause)}`, { cause });
  }
}

const REASONS: Record<string, string> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
};

function reason(cause: unknown): string {
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  return REASONS[code] ?? message;
}
