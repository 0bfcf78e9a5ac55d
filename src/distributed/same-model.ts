// Ranks with different models would sum gradients that have nothing to do with each other.
import { version } from "../../package.json";
import type { ProcessGroup } from "../process-group.js";
import { show } from "../shape.js";
import type { AnyTensor } from "../tensor.js";
import { onEveryRank } from "./together.js";

/** A 32-bit checksum of a text (FNV-1a). */
function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}

/** A 32-bit checksum of the values. */
function checksumOf({ elements }: AnyTensor): number {
  const { buffer, byteOffset, byteLength } = elements;
  let sum = 0x811c9dc5;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
    sum = Math.imul(sum ^ byte, 0x01000193);
  return sum;
}

const gather = (group: ProcessGroup, own: Int32Array): Int32Array[] => {
  const all = new Int32Array(own.length * group.size);
  group.allGather(all, own);
  return Array.from({ length: group.size }, (_, r) =>
    all.subarray(r * own.length, (r + 1) * own.length),
  );
};

/**
 * Throws Error on every rank unless all ranks have the same version and tensors of the same keys, dtypes and shapes.
 */
export function checkSameModel(
  op: string,
  group: ProcessGroup,
  state: ReadonlyMap<string, AnyTensor>,
  settings: string,
): void {
  const where = `[rank ${group.rank} of ${group.size}] ${op}`;
  const lines = [...state].map(
    ([key, { dtype, shape, requiresGrad }]) =>
      `${key} ${dtype} ${show(shape)}${requiresGrad ? ", learned" : ""}`,
  );
  const own = Int32Array.of(lines.length, checksum(version), checksum(settings));
  const heads = gather(group, own);
  const differ = (i: number) => heads.findIndex((head) => head[i] !== heads[0][i]);
  const other = (i: number) => `rank ${differ(i)} has`;
  if (differ(1) > 0)
    throw onEveryRank(
      new Error(
        `${where}: ${other(1)} another version of evenkeel than rank 0; here is ${version}`,
      ),
    );
  if (differ(2) > 0)
    throw onEveryRank(
      new Error(`${where}: ${other(2)} other options than rank 0; here are ${settings}`),
    );
  if (differ(0) > 0) {
    const counts = heads.map(([count]) => count).join(", ");
    throw onEveryRank(new Error(`${where}: the ranks have models of ${counts} tensors`));
  }
  const sums = gather(group, Int32Array.from(lines, checksum));
  for (const [i, line] of lines.entries()) {
    const rank = sums.findIndex((list) => list[i] !== sums[0][i]);
    if (rank > 0)
      throw onEveryRank(
        new Error(`${where}: rank ${rank} has another model than rank 0; here is ${line}`),
      );
  }
}

/** Throws Error on every rank unless these tensors, of the same keys and shapes in all ranks, have the same values. */
export function checkSameValues(
  op: string,
  group: ProcessGroup,
  tensors: ReadonlyMap<string, AnyTensor>,
): void {
  const sums = gather(group, Int32Array.from(tensors.values(), checksumOf));
  for (const [i, key] of [...tensors.keys()].entries()) {
    const rank = sums.findIndex((list) => list[i] !== sums[0][i]);
    const where = `[rank ${group.rank} of ${group.size}] ${op}`;
    if (rank > 0)
      throw onEveryRank(new Error(`${where}: rank ${rank} has other values in ${key} than rank 0`));
  }
}
