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
    // Version 2.0, names in UTF-8 (bit 11), stored, of the earliest date there is.
    const common = [20, 0x800, 0, 0, 0x21, crc32(contents), contents.length, contents.length];
    const fields = [...common, path.length, 0];
    const local = record([4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [0x04034b50, ...fields]);
    const central = record(
      [4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
      [0x02014b50, 20, ...fields, 0, 0, 0, 0, at],
    );
    parts.push(local, path, contents);
    directory.push(central, path);
    at += local.length + path.length + contents.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  if (at + size >= 2 ** 32 - 1 || entries.length >= 0xffff)
    throw new RangeError(`${op}: an archive has fewer than 2³² bytes and 65,535 arrays`);
  const end = record(
    [4, 2, 2, 2, 2, 4, 4, 2],
    [0x06054b50, 0, 0, entries.length, entries.length, size, at, 0],
  );
  const file = new Uint8Array(at + size + end.length);
  let place = 0;
  for (const part of [...parts, ...directory, end]) {
    file.set(part, place);
    place += part.length;
  }
  return file;
}

/** Little-endian fields of 2 or 4 bytes, one behind the other. */
function record(widths: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(widths.reduce((sum, width) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  widths.forEach((width, i) => {
    if (width === 2) view.setUint16(at, values[i], true);
    else view.setUint32(at, values[i], true);
    at += width;
  });
  return bytes;
}
