/** A safetensors file with this header, its length as said or as it is, and `size` bytes of data. */
export function fileOf(header: unknown, size: number, length?: number | bigint): Uint8Array {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}
