// Which elements of [N, C, H, W] share a statistic. No layer is needed to say so.

/**
 * One statistic for each of what is "each", pooled over what is "all". The number of a spec, 8 of "gn:8", says how many groups of
 * channels there are, how many samples are a "part", and how many neighbouring channels a "window" has.
 */
export interface Pattern {
  readonly samples: "each" | "part" | "all";
  readonly channels: "each" | "group" | "window" | "all";
  readonly positions: "each" | "all";
}

/** [N, C, H, W]. */
export type MapShape = readonly [number, number, number, number];

/** Short for a pattern; positions are pooled unless told otherwise. */
export const pattern = (
  samples: Pattern["samples"],
  channels: Pattern["channels"],
  positions: Pattern["positions"] = "all",
): Pattern => ({ samples, channels, positions });

/**
 * The number of the set an element belongs to; sets are numbered from 0. Throws RangeError for a window, which moves along with the
 * element: `dependsOn` knows it.
 */
export function setIndex(
  { samples, channels, positions }: Pattern,
  [n, c, h, w]: MapShape,
  number: number,
): (index: number) => number {
  if (channels === "window") throw new RangeError("setIndex: a window's sets overlap");
  const plane = h * w;
  const ways = channels === "each" ? c : channels === "group" ? number : 1;
  // parts are as torch.chunk makes them: of equal size where that goes
  const size =
    samples === "each" ? 1 : samples === "all" ? n : Math.ceil(n / Math.ceil(n / number));
  return (index) => {
    const part = Math.floor(index / (c * plane * size));
    const channel = Math.floor(index / plane) % c;
    const way = Math.floor((channel * ways) / c);
    const set = part * ways + way;
    return positions === "each" ? set * plane + (index % plane) : set;
  };
}

/**
 * Whether the output at one element depends on the input at another, by any of the patterns. On its own input every output does.
 * `number` is the spec's.
 */
export function dependsOn(
  patterns: readonly Pattern[],
  shape: MapShape,
  number = 1,
): (output: number, input: number) => boolean {
  const [, c, h, w] = shape;
  const channelOf = (index: number) => Math.floor(index / (h * w)) % c;
  const ways = patterns.map((pattern) => {
    if (pattern.channels !== "window") {
      const setOf = setIndex(pattern, shape, number);
      return (output: number, input: number) => setOf(output) === setOf(input);
    }
    const setOf = setIndex({ ...pattern, channels: "all" }, shape, number);
    return (output: number, input: number) => {
      const distance = channelOf(input) - channelOf(output);
      const within =
        -Math.floor(number / 2) <= distance && distance <= Math.floor((number - 1) / 2);
      return within && setOf(output) === setOf(input);
    };
  });
  return (output, input) => output === input || ways.some((way) => way(output, input));
}
