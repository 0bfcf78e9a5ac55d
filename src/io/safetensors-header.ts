import { checkBytes } from "./check-bytes.js";
import { ARRAYS, type ElementType, isElementType } from "./elements.js";

/** Free text beside the arrays; PyTorch's loaders look for `{ format: "pt" }`. */
export type SafetensorsMetadata = Record<string, string>;

/** An array: the bytes [begin, end) of the file. */
export interface SafetensorsEntry {
  /** One that is not an `ElementType` stands in the way only of who wants this array. */
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** In the order of the header. */
  entries: Map<string, SafetensorsEntry>;
  metadata: SafetensorsMetadata;
}

/** The limit of the format's own reader. */
const MOST_HEADER = 100_000_000;

export const METADATA = "__metadata__";

/**
 * Reads the header and checks that it fits the file. Throws RangeError otherwise, in the name of `op`. Allocates no
 * more than the size of the header.
 */
export function parseHeader(bytes: Uint8Array, op: string): SafetensorsHeader {
  checkBytes(op, bytes);
  return inNameOf(op, () => {
    const hint = bytes[0] === 0x7b ? " (the index of a sharded model needs { shards })" : "";
    const length = headerLength(bytes, bytes.length, hint);
    return headerOf(bytes.slice(8, 8 + length), bytes.length);
  });
}

/** Runs `read`; what it refuses is refused in the name of `op`. */
export function inNameOf<T>(op: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Misfit) throw new RangeError(`${op}: ${error.message}`);
    throw error;
  }
}

/** An error for what the format forbids. */
class Misfit extends RangeError {}

/** The bytes of the header of a file of `size` bytes that begins with `bytes`. */
export function headerLength(bytes: Uint8Array, size: number, hint = ""): number {
  if (bytes.length < 8) refuse(`expected at least 8 bytes, got ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > size) {
    const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    const why = isZip ? " (a zip archive: see evenkeel/files)" : hint;
    refuse(`a header of ${length} bytes goes beyond the end of the file at ${size}${why}`);
  }
  if (length > MOST_HEADER) refuse(`a header of ${length} bytes is longer than the format allows`);
  return length;
}

/** The header with this JSON, in a file of `size` bytes. */
export function headerOf(json: Uint8Array, size: number): SafetensorsHeader {
  const start = 8 + json.length;
  const fields = parseJson(json);
  const metadata = fields.get(METADATA) ?? {};
  if (!isRecord(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    refuse(`expected ${METADATA} to hold texts by name`);
  }
  fields.delete(METADATA);
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, field] of fields) {
    entries.set(name, parseEntry(JSON.stringify(name), field, start, size));
  }
  checkLayout(entries, start, size);
  return { entries, metadata: metadata as SafetensorsMetadata };
}

/** The fields of a JSON object in the order of the text. An object would put names such as "0" first. */
export function parseJson(bytes: Uint8Array): Map<string, unknown> {
  let text = "";
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    refuse("the header is not JSON");
  }
  if (!isRecord(value) || !text.startsWith("{")) return refuse("the header is not a JSON object");
  return new Map(fieldNames(text).map((name) => [name, value[name]]));
}

/**
 * The names in the outermost object of valid JSON. Throws if any object has a name twice: JSON.parse accepts this
 * silently.
 */
function fieldNames(text: string): string[] {
  const outermost = new Set<string>();
  const open: Set<string>[] = [];
  let last = "";
  for (const token of tokensOf(text)) {
    if (token === "{" || token === "[") open.push(open.length > 0 ? new Set() : outermost);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open[open.length - 1];
      const name = JSON.parse(last) as string;
      if (names.has(name)) refuse(`${last} is there twice`);
      names.add(name);
    }
    last = token;
  }
  return [...outermost];
}

/** The strings of valid JSON and the marks of its structure. One regular expression has no memory for long strings. */
function* tokensOf(text: string): Generator<string> {
  const marks = /["{}[\]:]/g;
  const ends = /\\.|"/g;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    if (mark[0] === '"') {
      let end: string | undefined;
      for (ends.lastIndex = marks.lastIndex; end !== '"'; ) end = ends.exec(text)?.[0];
      marks.lastIndex = ends.lastIndex;
    }
    yield text.slice(mark.index, marks.lastIndex);
  }
}

function parseEntry(name: string, field: unknown, start: number, size: number): SafetensorsEntry {
  if (!isRecord(field)) return refuse(`${name}: expected an object, got ${JSON.stringify(field)}`);
  const { dtype, shape, data_offsets: offsets } = field;
  if (typeof dtype !== "string") {
    return refuse(`${name}: expected a dtype, got ${JSON.stringify(dtype)}`);
  }
  if (!isLengths(shape)) {
    return refuse(`${name}: expected a shape of integers ≥ 0, got ${JSON.stringify(shape)}`);
  }
  if (!isLengths(offsets) || offsets.length !== 2) {
    return refuse(`${name}: expected two data_offsets, got ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets.map((offset) => start + offset);
  const shown = `[${offsets.join(", ")}]`;
  if (begin > end || end > size) {
    refuse(`${name}: data_offsets ${shown} are not within the ${size - start} bytes of data`);
  }
  const bytes = isElementType(dtype) ? byteLength(dtype, shape) : end - begin;
  if (end - begin !== bytes) {
    refuse(
      `${name}: ${dtype} of shape [${shape.join(", ")}] needs ${bytes} bytes, data_offsets ${shown} hold ` +
        `${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

/** The arrays must fill the data without gaps or overlaps, in any order. */
function checkLayout(entries: Map<string, SafetensorsEntry>, start: number, size: number): void {
  let at = start;
  const byPlace = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of byPlace) {
    if (begin !== at) {
      const problem = begin < at ? "overlaps the array before it" : "leaves a gap before it";
      refuse(`${JSON.stringify(name)}: ${problem} (begins at ${begin - start}, not ${at - start})`);
    }
    at = end;
  }
  if (at !== size) refuse(`${size - at} bytes at the end belong to no array`);
}

/** The bytes of an array; Infinity if a number cannot count them exactly. */
export function byteLength(dtype: ElementType, shape: readonly number[]): number {
  const bytes = shape.reduce((product, n) => product * n, ARRAYS[dtype].BYTES_PER_ELEMENT);
  return Number.isSafeInteger(bytes) ? bytes : Number.POSITIVE_INFINITY;
}

export const isLengths = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function refuse(problem: string): never {
  throw new Misfit(problem);
}
