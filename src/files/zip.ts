// The entries of a zip archive (PKWARE's APPNOTE 6.3), with zip64. fflate inflates; the directory is read here, because
// a refusal has to say where the damage is, and because no size is believed before the bytes for it are there.
import { inflateSync } from "fflate";
import { crc32 } from "./crc32.js";
import { Cursor } from "./cursor.js";

export interface ZipEntry {
  name: string;
  /** The place of its local header. */
  offset: number;
  /** Bytes in the archive. */
  packed: number;
  /** Bytes of the contents. */
  size: number;
  deflated: boolean;
  crc: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
/** Bytes of these records without the parts that vary. */
const LOCAL_BYTES = 30;
const END_BYTES = 22;
/** DEFLATE makes at most 258 bytes of 2 bits. */
const LARGEST_RATIO = 1032;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new Cursor(bytes, "").uint32() === LOCAL;

/** The entries by name, in the order of the directory. Allocates nothing of the sizes that the archive says. */
export function readZip(bytes: Uint8Array, where: string): Map<string, ZipEntry> {
  const { count, at } = directoryOf(bytes, where);
  const cursor = new Cursor(bytes, `${where}: directory`, at);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    const start = cursor.at;
    const entry = entryOf(cursor);
    if (entries.has(entry.name)) cursor.refuse(`"${entry.name}" is there twice`, start);
    entries.set(entry.name, entry);
  }
  // Entries that share bytes are how a small archive claims to be a huge one.
  const byPlace = [...entries.values()].sort((a, b) => a.offset - b.offset);
  byPlace.forEach(({ name, offset, packed }, i) => {
    const end = byPlace[i + 1]?.offset ?? at;
    if (offset + LOCAL_BYTES + packed > end)
      cursor.refuse(`"${name}": its ${packed} bytes reach into what begins at ${end}`, offset);
  });
  return entries;
}

/** The contents of an entry: a part of `bytes`, or new bytes where they were deflated. */
export function contentsOf(
  bytes: Uint8Array,
  { name, offset, packed, size, deflated, crc }: ZipEntry,
  where: string,
  { check = false } = {},
): Uint8Array {
  const cursor = new Cursor(bytes, `${where}: ${name}`, offset);
  if (cursor.uint32() !== LOCAL) cursor.refuse("expected the header of an entry", offset);
  cursor.at = offset + LOCAL_BYTES - 4;
  const varying = cursor.uint16() + cursor.uint16();
  const start = offset + LOCAL_BYTES + varying;
  cursor.at = start;
  let contents = cursor.take(packed);
  if (deflated) {
    try {
      // one byte more than it should have: fflate leaves out what does not fit
      contents = inflateSync(contents, { out: new Uint8Array(size + 1) });
    } catch (cause) {
      cursor.refuse(`cannot inflate: ${(cause as Error).message}`, start);
    }
    if (contents.length !== size)
      cursor.refuse(
        `expected ${size} bytes inflated, got ${contents.length > size ? "more" : contents.length}`,
        start,
      );
  }
  if (check && crc32(contents) !== crc) cursor.refuse("its checksum is wrong", start);
  return contents;
}

/** The number of entries and the place of the directory, from the record at the end. */
function directoryOf(bytes: Uint8Array, where: string): { count: number; at: number } {
  const cursor = new Cursor(bytes, `${where}: end of the archive`);
  const first = Math.max(bytes.length - END_BYTES - 0xffff, 0);
  let end = bytes.length - END_BYTES;
  for (; ; end--) {
    if (end < first) cursor.refuse("no zip archive, or cut off", bytes.length);
    cursor.at = end;
    if (cursor.uint32() === END) break;
  }
  cursor.at += 6;
  let count = cursor.uint16();
  let size = cursor.uint32();
  let at = cursor.uint32();
  if (count === 0xffff || size === 0xffffffff || at === 0xffffffff) {
    cursor.at = Math.max(end - 20, 0);
    if (cursor.uint32() === LOCATOR64) {
      cursor.at += 4;
      cursor.at = cursor.uint64();
      if (cursor.uint32() !== END64) cursor.refuse("expected its zip64 record");
      cursor.at += 28;
      count = cursor.uint64();
      size = cursor.uint64();
      at = cursor.uint64();
    }
  }
  if (at + size > end) cursor.refuse("its directory does not fit in front of it", end);
  return { count, at };
}

function entryOf(cursor: Cursor): ZipEntry {
  const start = cursor.at;
  if (cursor.uint32() !== CENTRAL) cursor.refuse("expected an entry", start);
  cursor.at += 4;
  const flags = cursor.uint16();
  const method = cursor.uint16();
  cursor.at += 4;
  const crc = cursor.uint32();
  let packed = cursor.uint32();
  let size = cursor.uint32();
  const [nameBytes, extraBytes, commentBytes] = [cursor.uint16(), cursor.uint16(), cursor.uint16()];
  cursor.at += 8;
  let offset = cursor.uint32();
  const name = cursor.text(nameBytes);
  const end = cursor.at + extraBytes;
  while (cursor.at + 4 <= end) {
    const kind = cursor.uint16();
    const next = cursor.uint16() + cursor.at;
    if (kind === 1) {
      // zip64: only what did not fit above, in this order
      if (size === 0xffffffff) size = cursor.uint64();
      if (packed === 0xffffffff) packed = cursor.uint64();
      if (offset === 0xffffffff) offset = cursor.uint64();
    }
    cursor.at = next;
  }
  cursor.at = end;
  cursor.take(commentBytes);
  const refuse = (problem: string) => cursor.refuse(`"${name}" ${problem}`, start);
  const deflated = method === 8;
  if (flags & 1 || (method && !deflated)) refuse("is encrypted, or neither stored nor deflated");
  if (deflated ? size > packed * LARGEST_RATIO : size !== packed)
    refuse(`claims ${size} bytes, but has ${packed}`);
  return { name, offset, packed, size, deflated, crc };
}
