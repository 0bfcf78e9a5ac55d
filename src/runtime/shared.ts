/**
 * Turns a module into one for shared memory. Kernels use no atomics, so the two builds differ in one byte, the limits
 * flag of the imported memory (01 → 03). To ship only one of them halves the package. `npm run check:threads` compares
 * with asc's own.
 */
export function asShared(source: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const key = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2]; // "env" "memory" memory
  const at =
    source.findIndex((_, i) => key.every((byte, j) => source[i + j] === byte)) + key.length;
  if (at < key.length || source[at] !== 1) throw new Error("internal: no bounded memory import");
  const copy = new Uint8Array(source); // not slice(): a Buffer's is a view
  copy[at] = 3;
  return copy;
}
