/** A ustar archive; names that end in "/" are directories. */
export function tar(files: Record<string, Uint8Array>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
    header.write(name, 0, 100);
    header.write(`${octal(0o644, 7)}\0`, 100);
    header.write(`${octal(bytes.length, 11)}\0`, 124);
    header.write(" ".repeat(8), 148);
    header.write(name.endsWith("/") ? "5" : "0", 156);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${octal(sum, 6)}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
