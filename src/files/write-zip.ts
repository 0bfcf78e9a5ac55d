import { crc32 } from "./crc32.js";

/** A zip archive of stored entries, as `numpy.savez` makes it. Throws RangeError where it would need zip64. */
export function writeZip(
  op: string,
  entries: readonly (readonly [string, Uint8Array])[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, contents] of entries) {
    const path = new TextEncoder().encode(name);
    if (path.length > 0xffff)
      throw new RangeError(`${op}: expected names of at most 65535 bytes, got ${path.length}`);
    // Version 2.0, names in UTF-8 (bit 11), stored, of the earliest date there is.
    const sizes = [...halves(contents.length), ...halves(contents.length), path.length, 0];
    const common = [20, 0x800, 0, 0, 0x21, ...halves(crc32(contents)), ...sizes];
    const local = record(0x4b50, 0x0403, ...common);
    const central = record(0x4b50, 0x0201, 20, ...common, 0, 0, 0, 0, 0, ...halves(at));
    parts.push(local, path, contents);
    directory.push(central, path);
    at += local.length + path.length + contents.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  if (at + size >= 2 ** 32 - 1 || entries.length >= 0xffff)
    throw new RangeError(`${op}: an archive has fewer than 2³² bytes and 65,535 arrays`);
  const { length } = entries;
  const end = record(0x4b50, 0x0605, 0, 0, length, length, ...halves(size), ...halves(at), 0);
  const file = new Uint8Array(at + size + end.length);
  let place = 0;
  for (const part of [...parts, ...directory, end]) {
    file.set(part, place);
    place += part.length;
  }
  return file;
}

/** Fields of 2 bytes, one behind the other. */
const record = (...fields: number[]): Uint8Array => new Uint8Array(Uint16Array.from(fields).buffer);

/** A field of 4 bytes as two of 2. */
const halves = (field: number): [number, number] => [field & 0xffff, field >>> 16];
