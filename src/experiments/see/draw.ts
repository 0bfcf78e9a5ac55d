// What the experiment "see" draws: numbers of one decimal, which people can check by hand.
import { defaultGenerator, manualSeed, randn } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { sizeOf } from "../../shape.js";
import type { MapShape } from "../sets.js";

/** Adding 0 turns −0 into 0. */
const oneDecimal = (value: number): number => Math.round(value * 10) / 10 + 0;

/** Runs `draw` with the default generator at `seed`, and leaves the generator as it was. */
export function seeded<T>(seed: number, draw: () => T): T {
  const state = defaultGenerator.getState();
  try {
    manualSeed(seed);
    return draw();
  } finally {
    defaultGenerator.setState(state);
  }
}

/** Like feature maps: channels with means of −2 to 2, no two alike, and with deviations of 0.5 to 1.5. */
export function drawMaps(shape: MapShape, runtime: Runtime): Float32Array {
  const [, c, h, w] = shape;
  const order = defaultGenerator.permutation(c);
  const means = Array.from(order, (k) => -2 + (4 * (k + defaultGenerator.uniform())) / c);
  const deviations = means.map(() => 0.5 + defaultGenerator.uniform());
  using normal = randn(shape, { runtime });
  return normal.toArray().map((z, i) => {
    const channel = Math.floor(i / (h * w)) % c;
    return oneDecimal(means[channel] + deviations[channel] * z);
  });
}

/** As many numbers between `low` and `high` as the shape has elements. */
export const drawBetween = (shape: readonly number[], low: number, high: number): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, () =>
    oneDecimal(low + (high - low) * defaultGenerator.uniform()),
  );
