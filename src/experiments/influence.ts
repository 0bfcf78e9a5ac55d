import { noGrad } from "../autograd.js";
import type { NormName } from "../models/norm-resnet.js";
import { checkNorm, createNorm, normNames } from "../nn/index.js";
import { manualSeed, randn } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { sizeOf } from "../shape.js";
import { tensor, tidy } from "../tensor.js";
import { pace } from "./pace.js";
import { isRefusal } from "./refusal.js";
import type { MapShape } from "./sets.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

export interface InfluenceConfig {
  /** Specs of `createNorm`; each layer is fresh and in training. */
  norms: readonly NormName[];
  /** [N, C, H, W]. */
  shape: MapShape;
  /** What one element becomes. */
  outlier: number;
  /** What is added for a large mean, and what is multiplied by. */
  shift: number;
  scale: number;
  seed: number;
}

export const influenceDefaults = (): InfluenceConfig => ({
  norms: normNames(),
  shape: [4, 8, 4, 4],
  outlier: 100,
  shift: 100,
  scale: 10,
  seed: 0,
});

/**
 * What happens to sample 0: one element becomes an outlier, it is alone in its batch, its first channel becomes constant, it gets a
 * large mean, is scaled, or the last half of its positions is padded with zeros.
 */
export const disturbances = ["outlier", "alone", "constant", "shift", "scale", "padding"] as const;
export type Disturbance = (typeof disturbances)[number];

/** What moves, in shares of 0 to 1. */
export interface Influence {
  /**
   * Of the own sample's outputs, those whose own input was disturbed left out, unless that is all of them; null where the layer refuses
   * such a batch.
   */
  own: number | null;
  /** Of the other samples' outputs; null where there are none. */
  others: number | null;
}

/** What may be shifted or scaled: all, one channel of every sample, one sample, one channel of it, one position of it. */
export const parts = ["batch", "channel", "sample", "plane", "position"] as const;
export type Part = (typeof parts)[number];

export interface InfluenceRow {
  norm: NormName;
  influences: Record<Disturbance, Influence>;
  /** Parts whose shift, or scale, no output tells. */
  invariant: { shift: Part[]; scale: Part[] };
}

export interface InfluenceResult {
  config: InfluenceConfig;
  rows: InfluenceRow[];
}

/** What rounding does stays far below, and what a disturbance does far above. */
const MOVED = 1e-3;

/**
 * Who pays when something is wrong with one sample: which outputs of it and of the others move, for every norm and disturbance, and
 * what each norm does not notice at all. Throws RangeError for a norm that does not fit the channels, or settings that cannot be.
 */
export async function* influence(
  settings: Partial<InfluenceConfig> = {},
  options: ExperimentOptions = {},
): AsyncGenerator<Stage, InfluenceResult> {
  const config = settingsOf("influence", influenceDefaults(), settings, options);
  const { runtime = defaultRuntime(), signal } = options;
  checkConfig(config);
  const input = drawInput(config, runtime);
  const rows: InfluenceRow[] = [];
  for (const norm of config.norms) {
    await pace(signal);
    rows.push(rowOf(norm, input, config, runtime));
    const step = rows.length;
    yield { stage: "influence", step, steps: config.norms.length, text: norm };
  }
  return { config, rows };
}

function checkConfig({ norms, shape, outlier, shift, scale }: InfluenceConfig): void {
  const whole = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!whole || shape.length !== 4 || shape[0] < 2)
    throw new RangeError(
      `influence: expected shape to be four positive integers, two samples or more, got [${shape}]`,
    );
  for (const [name, value] of Object.entries({ outlier, shift, scale }))
    if (!Number.isFinite(value))
      throw new RangeError(`influence: expected ${name} to be a finite number, got ${value}`);
  for (const norm of norms) checkNorm(norm, shape[1], "influence");
}

function drawInput({ shape, seed }: InfluenceConfig, runtime: Runtime): Float32Array {
  manualSeed(seed);
  using x = randn(shape, { runtime });
  return x.toArray();
}

function rowOf(
  norm: NormName,
  input: Float32Array,
  config: InfluenceConfig,
  runtime: Runtime,
): InfluenceRow {
  const [, ...sample] = config.shape;
  const size = sizeOf(sample);
  // a fresh layer each time: what moves is the input's doing, not that of running statistics
  const outputOf = (x: Float32Array) => {
    using layer = createNorm(norm, config.shape[1], { runtime });
    const shape = [x.length / size, ...sample];
    return tidy(() => noGrad(() => layer.forward(tensor(x, shape, { runtime })).toArray()));
  };
  const before = outputOf(input);

  const influenceOf = (disturbance: Disturbance): Influence => {
    const { x, touched } = disturb(input, disturbance, config);
    const after = refusedOr(() => outputOf(x));
    if (!after) return { own: null, others: null };
    const share = (from: number, to: number, counts: (i: number) => boolean) => {
      const of = range(from, to).filter(counts);
      const moved = of.filter((i) => !(Math.abs(after[i] - before[i]) <= MOVED));
      return of.length > 0 ? moved.length / of.length : null;
    };
    const all = touched.size === size;
    const own = share(0, size, (i) => all || !touched.has(i));
    return { own, others: share(size, x.length, () => true) };
  };
  const unnoticed = (change: (value: number) => number) =>
    parts.filter((part) => {
      const inside = within(part, config.shape);
      const after = outputOf(input.map((value, i) => (inside(i) ? change(value) : value)));
      return after.every((value, i) => Math.abs(value - before[i]) <= MOVED);
    });
  return {
    norm,
    influences: Object.fromEntries(
      disturbances.map((disturbance) => [disturbance, influenceOf(disturbance)]),
    ) as Record<Disturbance, Influence>,
    invariant: {
      shift: unnoticed((value) => value + config.shift),
      scale: unnoticed((value) => value * config.scale),
    },
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Null where the layer refuses a batch as PyTorch does. */
function refusedOr<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** The input with something wrong with its first sample, and the elements this was done to. */
function disturb(
  input: Float32Array,
  disturbance: Disturbance,
  { shape: [, c, h, w], outlier, shift, scale }: InfluenceConfig,
): { x: Float32Array; touched: Set<number> } {
  const plane = h * w;
  const touch = (at: readonly number[], change: (value: number) => number) => {
    const x = input.slice();
    for (const i of at) x[i] = change(x[i]);
    return { x, touched: new Set(at) };
  };
  const sample = range(0, c * plane);
  switch (disturbance) {
    case "outlier":
      return touch([0], () => outlier);
    case "alone":
      return { x: input.slice(0, c * plane), touched: new Set() };
    case "constant":
      return touch(range(0, plane), () => 1);
    case "shift":
      return touch(sample, (value) => value + shift);
    case "scale":
      return touch(sample, (value) => value * scale);
    case "padding":
      return touch(
        sample.filter((i) => i % plane >= Math.ceil(plane / 2)),
        () => 0,
      );
  }
}

/** Whether an element belongs to the first such part. */
function within(part: Part, [, c, h, w]: MapShape): (index: number) => boolean {
  const plane = h * w;
  const first = {
    sample: (i: number) => i < c * plane,
    channel: (i: number) => Math.floor(i / plane) % c === 0,
    position: (i: number) => i % plane === 0,
  };
  const all: Record<Part, (index: number) => boolean> = {
    ...first,
    batch: () => true,
    plane: (i) => first.sample(i) && first.channel(i),
    position: (i) => first.sample(i) && first.position(i),
  };
  return all[part];
}
