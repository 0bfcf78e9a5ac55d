// What a graph saved has to be the same when the backward pass reads it, or the gradients are those of other values.
import { type AnyTensor, show } from "./tensor.js";

/** Of the bits of a tensor: 32 of them, of which every word of it moves all. */
export function checksum({ runtime, ptr, elements }: AnyTensor): number {
  let sum = 0;
  // a block is the tensor's own up to its end, a multiple of 64 bytes
  for (const word of new Int32Array(
    runtime.memory.buffer,
    ptr,
    Math.ceil(elements.byteLength / 4),
  )) {
    sum = Math.imul(sum ^ word, 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum;
}

/** Throws Error, naming the op, for the first of `saved` that was written since it was held, or has another sum than of `sums`. */
export function checkSaved(
  op: string,
  saved: readonly (AnyTensor | null | undefined)[],
  sums: readonly number[] | null,
): void {
  saved.forEach((tensor, i) => {
    if (!tensor) return;
    const { version } = tensor.storage;
    const written = version !== tensor.version;
    if (!written && (!sums || i >= sums.length || checksum(tensor) === sums[i])) return;
    const how = written ? `version ${version}, expected ${tensor.version}` : "through a view";
    throw new Error(
      `backward: ${op} saved a tensor of shape ${show(tensor.shape)} that was written since (${how}): ` +
        "run the forward pass again, and write after backward()",
    );
  });
}
