// What a graph saved must not change before the backward pass reads it: otherwise the gradients belong to other values.
import { type AnyTensor, show } from "./tensor.js";

/** A checksum of 32 bits over all bits of a tensor. A change in any word changes it. */
export function checksum({ runtime, ptr, elements }: AnyTensor): number {
  let sum = 0;
  // the tensor owns its block up to the end, a multiple of 64 bytes
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

/**
 * Throws Error, naming the op, for the first tensor in `saved` that was written since it was held, or whose checksum
 * differs from `sums`.
 */
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
