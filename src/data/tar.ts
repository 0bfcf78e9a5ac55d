const BLOCK = 512;

/**
 * The regular files of a tar archive (POSIX ustar) by path. The bytes are views, not copies. Throws RangeError for a
 * header with a wrong checksum, and for an archive that ends too early.
 */
export function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files;
    // The checksum is the sum of the header's bytes, with its own field counted as spaces.
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    if (octal(header, 148, 8) !== sum) {
      throw new RangeError(`tar: header at offset ${at}: wrong checksum`);
    }
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (!(start + size <= bytes.length)) {
      throw new RangeError(
        `tar: file at offset ${at}: ${size} bytes go beyond the end at ${bytes.length}`,
      );
    }
    const type = text(header, 156, 1);
    if (type === "0" || type === "") {
      const isUstar = text(header, 257, 5) === "ustar";
      const prefix = isUstar ? text(header, 345, 155) : "";
      const name = text(header, 0, 100);
      files.set(prefix ? `${prefix}/${name}` : name, bytes.subarray(start, start + size));
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, start: number, length: number): number {
  return Number.parseInt(text(header, start, length).trim() || "0", 8);
}
