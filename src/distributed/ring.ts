// The time of an all-reduce of n bytes by p ranks in a ring: 2(p − 1)·α + 2(p − 1)/p·n·β, where α is the latency of a
// message and β the time of a byte (Thakur, Rabenseifner, Gropp 2005).

/** The time in seconds. */
export const ringTime = (ranks: number, bytes: number, alpha: number, beta: number): number =>
  2 * (ranks - 1) * alpha + ((2 * (ranks - 1)) / ranks) * bytes * beta;

/** α and β that fit the times best, each time by its own size: relative errors count. */
export function fitRing(
  ranks: number,
  times: readonly { bytes: number; seconds: number }[],
): { alpha: number; beta: number } {
  const messages = 2 * (ranks - 1);
  let [aa, ab, bb, a, b] = [0, 0, 0, 0, 0];
  for (const { bytes, seconds } of times) {
    const [x, y] = [messages / seconds, ((messages / ranks) * bytes) / seconds];
    aa += x * x;
    ab += x * y;
    bb += y * y;
    a += x;
    b += y;
  }
  const det = aa * bb - ab * ab;
  return { alpha: (a * bb - b * ab) / det, beta: (b * aa - a * ab) / det };
}
