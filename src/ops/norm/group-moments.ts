// Means and variances of the values of all ranks, from those of each.
import type { ProcessGroup } from "../../process-group.js";

/** Above this number of ranks an all-gather moves more than two all-reduces do. */
const GATHERED = 16;

/** The number of values a channel has, over all ranks, and the mean and the sum of squared differences of each. */
export interface Moments {
  count: number;
  mean: Float64Array;
  m2: Float64Array;
}

export const noMoments = (channels: number): Moments => ({
  count: 0,
  mean: new Float64Array(channels),
  m2: new Float64Array(channels),
});

/** Adds moments of other values of the same channels, by the formula of Chan, Golub and LeVeque (1979). */
export function addMoments(sum: Moments, { count, mean, m2 }: Moments): void {
  if (count === 0) return;
  const total = sum.count + count;
  for (let c = 0; c < mean.length; c++) {
    const delta = mean[c] - sum.mean[c];
    sum.mean[c] += (delta * count) / total;
    sum.m2[c] += m2[c] + (delta * delta * sum.count * count) / total;
  }
  sum.count = total;
}

/** What the ranks know of each other after a forward pass. */
export interface Pooled extends Moments {
  /** Whether any rank needs a gradient. */
  needed: boolean;
}

/** Merged in rank order. */
function mergeMoments(own: Moments, needed: boolean, group: ProcessGroup): Pooled {
  const channels = own.mean.length;
  const width = 2 * channels + 2;
  const all = new Float64Array(width * group.size);
  group.allGather(all, Float64Array.of(own.count, Number(needed), ...own.mean, ...own.m2));
  const merged = { ...noMoments(channels), needed: false };
  for (let r = 0; r < group.size; r++) {
    const own = all.subarray(r * width, (r + 1) * width);
    const [mean, m2] = [own.subarray(2, 2 + channels), own.subarray(2 + channels)];
    addMoments(merged, { count: own[0], mean, m2 });
    merged.needed ||= own[1] > 0;
  }
  return merged;
}

/** The same for many ranks, by two sums whose size does not grow with their number. */
function sumMoments(own: Moments, needed: boolean, group: ProcessGroup): Pooled {
  const sums = Float64Array.of(
    own.count,
    Number(needed),
    ...own.mean.map((mean) => mean * own.count),
  );
  group.allReduce(sums);
  const [count, needs] = sums;
  const mean = sums.subarray(2).map((sum) => (count > 0 ? sum / count : 0));
  const m2 = own.m2.map((m2, c) => m2 + own.count * (own.mean[c] - mean[c]) ** 2);
  group.allReduce(m2);
  return { count, mean, m2, needed: needs > 0 };
}

/** The moments over all ranks, the same bits on each. `needed`: whether this rank needs a gradient. */
export const groupMoments = (own: Moments, group: ProcessGroup, needed = false): Pooled =>
  group.size > GATHERED ? sumMoments(own, needed, group) : mergeMoments(own, needed, group);
