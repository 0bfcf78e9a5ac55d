// Seeded numbers that are the same in every test.

/** Uniform numbers in [0, 1) from a seed, by mulberry32. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `n` seeded N(0, 1) values times `scale` plus `shift`, rounded to float32. */
export function normal(n: number, seed: number, scale = 1, shift = 0): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: n }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return shift + scale * radius * Math.cos(2 * Math.PI * next());
  });
}

/**
 * The generator of the conformance files, see "Procedural tensors" in their FORMAT: a hash of the index, in float64 and
 * then float32.
 */
export function procedural(
  n: number,
  { seed, shift, scale }: { seed: number; shift: number; scale: number },
): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => {
    let h = (i + seed) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    return shift + scale * (2 * ((h >>> 0) / 2 ** 32) - 1);
  });
}
