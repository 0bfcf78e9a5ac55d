import { elementsIn, knownType, tensorData } from "../io/elements.js";
import {
  headerLength,
  headerOf,
  inNameOf,
  type SafetensorsEntry,
  type SafetensorsMetadata,
} from "../io/safetensors-header.js";
import { parseIndex } from "../io/safetensors-index.js";
import { checkOptions, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { type AnyTensor, tensor } from "../tensor.js";
import { type Fetch, type SliceSource, type Slices, slicesOf } from "./slices.js";

/** Options of `openSafetensors`. */
export interface OpenSafetensorsOptions {
  /** The name of the file, for messages. Default: what the source says of itself. */
  file?: string;
  /** For an index: the source of a file that it names. Default, where the index is a URL: the one beside it. */
  shard?: (file: string) => SliceSource | Promise<SliceSource>;
  /** In place of the global `fetch`, to add headers for example. */
  fetch?: Fetch;
}

const rules: Rules<OpenSafetensorsOptions> = {
  file: "string",
  shard: "function",
  fetch: "function",
};
const loadRules: Rules<{ runtime?: Runtime }> = { runtime: "Runtime" };

/** A safetensors file of which only the header was read. */
export interface OpenedSafetensors {
  /** The names of its tensors, in the order of the header or index. */
  readonly names: readonly string[];
  /** The free text of the header; of an index an empty object. */
  readonly metadata: SafetensorsMetadata;
  /** The element type, by its name in the file, and the shape of a tensor, which is not read. */
  info(name: string): Promise<{ dtype: string; shape: readonly number[] }>;
  /** Reads one tensor, as `loadSafetensors` does. */
  load(name: string, options?: { runtime?: Runtime }): Promise<AnyTensor>;
}

/** A file with arrays: all of it, or one of those that an index names. */
interface Part {
  slices: Slices;
  where: string;
  entries: Map<string, SafetensorsEntry>;
  metadata: SafetensorsMetadata;
}

/**
 * Opens a safetensors file, or the index of one in several files, by slices: the header is read now, each tensor when
 * it is asked for, so that a file of gigabytes costs the memory of those. The source is a Blob or File, a file handle
 * (`fs.promises.open`, or a browser's picker), or a URL whose server knows ranges; it stays yours to close. Throws
 * RangeError, as `loadSafetensors` does, for what the format forbids, and Error for a URL that cannot be read in parts.
 */
export async function openSafetensors(
  source: SliceSource,
  options: OpenSafetensorsOptions = {},
): Promise<OpenedSafetensors> {
  const op = "openSafetensors";
  const { shard, fetch: request, file } = checkOptions(op, options, rules);
  const slices = await slicesOf(op, source, request);
  const name = file ?? slices.name ?? "file";
  const where = `${op}: ${name}`;
  const start = await slices.read(0, Math.min(8, slices.size));
  // Of a safetensors file, "{" and seven letters would be a header of 2⁵⁶ bytes and more.
  const isIndex = start[0] === 0x7b && start[7] > 0;
  if (!isIndex) {
    const whole = await partOf(slices, start, where);
    return opened(whole.entries, whole.metadata, where, () => whole);
  }

  const isUrl = typeof source === "string" || source instanceof URL;
  if (!shard && !isUrl)
    throw new RangeError(`${where}: the index of a sharded model needs { shard }`);
  const beside = (path: string): SliceSource => new URL(path, source as string);
  const openShard = async (path: string) => {
    const part = await slicesOf(op, await (shard ?? beside)(path), request);
    return partOf(part, await part.read(0, Math.min(8, part.size)), `${where}: ${path}`);
  };
  const places = parseIndex(await slices.read(0, slices.size), where);
  const shards = new Map<string, Promise<Part>>();
  return opened(places, {}, where, (key) => {
    const path = places.get(key) as string;
    const known = shards.get(path) ?? openShard(path);
    shards.set(path, known);
    known.catch(() => shards.delete(path)); // the next one tries again
    return known;
  });
}

/** The header of a file that begins with `start`. */
async function partOf(slices: Slices, start: Uint8Array, where: string): Promise<Part> {
  const length = inNameOf(where, () => headerLength(start, slices.size));
  const json = await readExactly(slices, 8, 8 + length, where);
  return { slices, where, ...inNameOf(where, () => headerOf(json, slices.size)) };
}

async function readExactly(slices: Slices, begin: number, end: number, where: string) {
  // no range of a server is empty
  const bytes = end > begin ? await slices.read(begin, end) : new Uint8Array(0);
  if (bytes.length === end - begin) return bytes;
  throw new RangeError(
    `${where} at offset ${begin}: expected ${end - begin} bytes, got ${bytes.length}`,
  );
}

function opened(
  names: ReadonlyMap<string, unknown>,
  metadata: SafetensorsMetadata,
  file: string,
  partWith: (name: string) => Part | Promise<Part>,
): OpenedSafetensors {
  const find = async (name: string) => {
    const part = names.has(name) ? await partWith(name) : null;
    const entry = part?.entries.get(name);
    if (part && entry) return { ...part, entry };
    throw new RangeError(`${part?.where ?? file}: there is no ${JSON.stringify(name)} in the file`);
  };
  return {
    names: [...names.keys()],
    metadata,
    async info(name) {
      const { dtype, shape } = (await find(name)).entry;
      return { dtype, shape };
    },
    async load(name, options = {}) {
      const { runtime } = checkOptions("load", options, loadRules);
      const { slices, where, entry } = await find(name);
      const own = `${where}: ${JSON.stringify(name)}`;
      const type = knownType(own, entry.dtype);
      const bytes = await readExactly(slices, entry.begin, entry.end, own);
      return tensor(tensorData(own, type, elementsIn(type, bytes)), entry.shape, { runtime });
    },
  };
}
