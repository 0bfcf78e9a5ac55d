// A checkpoint that nobody trained, for the section before a file is chosen: one layer of each kind of fault.
import { inspectNorms, type NormEntry } from "../../files/inspect-norms.js";
import type { OwnNorms } from "./inspect.js";

const CHANNELS = 64;

/** Numbers around a middle, in the form of a bell; the same ones each time. */
const bell = (middle: number, width: number, seed: number): Float32Array =>
  Float32Array.from({ length: CHANNELS }, (_, i) => {
    const spread = [1, 2, 3].reduce((sum, k) => sum + Math.sin(seed + (i + 1) * k * 12.9898), 0);
    return middle + (width * spread) / 1.5;
  });

export function firstNorms(): OwnNorms {
  const entries = new Map<string, NormEntry>();
  const add = (key: string, data: Float32Array | number[], shape = [data.length]) =>
    entries.set(key, { shape, data });
  const batchNorm = (key: string, seed: number, patch: Record<string, Float32Array> = {}) => {
    add(`${key}.weight`, patch.weight ?? bell(1, 0.2, seed));
    add(`${key}.bias`, bell(0, 0.3, seed + 1));
    add(`${key}.running_mean`, patch.running_mean ?? bell(0.2, 0.5, seed + 2));
    add(`${key}.running_var`, patch.running_var ?? bell(1.2, 0.5, seed + 3));
    add(`${key}.num_batches_tracked`, patch.count ? [0] : [7820], []);
  };
  entries.set("stem.0.weight", { shape: [CHANNELS, 3, 3, 3] });
  batchNorm("stem.1", 1);
  batchNorm("block1.bn1", 11, {
    running_var: bell(1.2, 0.5, 14).map((v, i) => (i % 16 === 3 ? 0 : v)),
  });
  batchNorm("block1.bn2", 21, {
    running_mean: bell(-40, 4, 23),
    weight: new Float32Array(CHANNELS),
  });
  batchNorm("block2.bn1", 31, {
    running_mean: new Float32Array(CHANNELS),
    running_var: new Float32Array(CHANNELS).fill(1),
    weight: new Float32Array(CHANNELS).fill(1),
    count: new Float32Array(1),
  });
  add("head.norm.weight", bell(1, 0.1, 41));
  add("head.norm.bias", bell(0, 0.1, 42));
  return { ...inspectNorms(entries), files: [], tensors: entries.size, unread: [] };
}
