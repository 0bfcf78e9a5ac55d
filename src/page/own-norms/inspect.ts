// Runs in a worker: of the visitor's files only the header and the tensors of norms are read.
import { findNorms } from "../../files/find-norms.js";
import { inspectNorms, type NormEntry, type NormInspection } from "../../files/inspect-norms.js";
import { type OpenedSafetensors, openSafetensors } from "../../files/open-safetensors.js";
import type { SliceSource } from "../../files/slices.js";
import type { Runtime } from "../../runtime/runtime.js";

/** What is found in a visitor's files. */
export interface OwnNorms extends NormInspection {
  files: readonly string[];
  /** How many tensors there are. */
  tensors: number;
  /** The keys of norms whose values were not read: too many, or of a type that is not known. */
  unread: readonly string[];
}

/** How many values are read at most, and how long a header may be, in bytes: a page has less memory than a command. */
const MOST_VALUES = 6e6;
const MOST_HEADER = 10e6;

type Source = SliceSource & { readonly name: string };

/**
 * The norms of safetensors files: of one, of those that an index among them names, or of all. Throws RangeError for
 * what the format forbids, for a file that the index names and that is not there, and for one that cannot be read.
 */
export async function inspectFiles(
  files: readonly Source[],
  runtime: Runtime,
  mostValues = MOST_VALUES,
): Promise<OwnNorms> {
  try {
    return await inspect(files, runtime, mostValues);
  } catch (cause) {
    const { name, message } = cause as Error;
    if (!/^(Not|Security|Abort)/.test(name)) throw cause;
    throw new RangeError(`cannot be read: ${message}`, { cause }); // a folder, or a file that was moved
  }
}

async function inspect(files: readonly Source[], runtime: Runtime, mostValues: number) {
  const open = async (source: Source) => {
    await checkHeader(source);
    return openSafetensors(source, { file: source.name, shard });
  };
  const shard = (path: string): Source => {
    const found = files.find(({ name }) => name === path.split("/").at(-1));
    if (!found) throw new RangeError(`missing file: ${path}`);
    return found;
  };
  const index = files.find(({ name }) => /\.json$/i.test(name));
  const shapes = new Map<string, readonly number[]>();
  const places = new Map<string, OpenedSafetensors>();
  for (const source of index ? [index] : files) {
    const opened = await open(source);
    for (const name of opened.names) {
      shapes.set(name, (await opened.info(name)).shape);
      places.set(name, opened);
    }
  }
  const entries = new Map<string, NormEntry>([...shapes].map(([key, shape]) => [key, { shape }]));
  const unread: string[] = [];
  let left = mostValues;
  for (const { key, channels, keys } of findNorms(shapes)) {
    const names = Object.values(keys);
    left -= channels * names.length;
    const isRead = left >= 0 && (await read(names, places, entries, runtime));
    if (!isRead) {
      unread.push(key);
      left += channels * names.length;
    }
  }
  const inspection = inspectNorms(entries);
  return { ...inspection, files: files.map(({ name }) => name), tensors: shapes.size, unread };
}

/** Reads the tensors of a norm. Returns whether all of them are of known types. */
async function read(
  names: readonly string[],
  places: ReadonlyMap<string, OpenedSafetensors>,
  entries: Map<string, NormEntry>,
  runtime: Runtime,
): Promise<boolean> {
  for (const name of names) {
    try {
      const tensor = await places.get(name)?.load(name, { runtime });
      if (!tensor) return false;
      entries.set(name, { shape: tensor.shape, data: tensor.toArray() });
      tensor.dispose();
    } catch (error) {
      if (/expected a dtype/.test(String(error))) return false;
      throw error;
    }
  }
  return true;
}

/** Refuses a header that is longer than any network needs before it is read. */
async function checkHeader(source: Source): Promise<void> {
  if (!("slice" in source && "size" in source && "arrayBuffer" in source)) return;
  const start = await source.slice(0, 8).arrayBuffer();
  const [low, high] = start.byteLength === 8 ? new Uint32Array(start) : [0, 0];
  if (high === 0 && low > MOST_HEADER && 8 + low <= source.size)
    throw new RangeError(`${source.name}: a header of ${low} bytes is longer than any here`);
}
