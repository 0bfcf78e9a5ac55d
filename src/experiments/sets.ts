// Which elements of [N, C, H, W] share a statistic. This needs no layer.

/**
 * There is one statistic for each combination of the axes that are "each", pooled over the axes that are "all". The
 * number of a spec, such as 8 in "gn:8", is the number of channel groups, the number of samples in a "part", or the
 * number of neighbouring channels in a "window".
 */
export interface Pattern {
  readonly samples: "each" | "part" | "all";
  readonly channels: "each" | "group" | "window" | "all";
  readonly positions: "each" | "all";
}

/** [N, C, H, W]. */
export type MapShape = readonly [number, number, number, number];

/** A short way to write a pattern. Positions are pooled by default. */
export const pattern = (
  samples: Pattern["samples"],
  channels: Pattern["channels"],
  positions: Pattern["positions"] = "all",
): Pattern => ({ samples, channels, positions });

/**
 * A function that gives the number of the set of an element. Numbers start at 0.
 * @throws RangeError for a window, because each element has a window of its own: use `dependsOn`
 */
export function setIndex(
  { samples, channels, positions }: Pattern,
  [n, c, h, w]: MapShape,
  number: number,
): (index: number) => number {
  if (channels === "window") throw new RangeError("setIndex: a window's sets overlap");
  const plane = h * w;
  const ways = channels === "each" ? c : channels === "group" ? number : 1;
  // parts are those of torch.chunk: equal in size if possible
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
 * Whether the output at one element depends on the input at another element, by any of the patterns. Every output
 * depends on its own input. `number` is the number of the spec.
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
