import { noGrad } from "../autograd.js";
import type { NormName } from "../models/norm-resnet.js";
import { checkNorm, createNorm, normNames } from "../nn/create-norm.js";
import { manualSeed, randn } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { sizeOf } from "../shape.js";
import { tensor, tidy } from "../tensor.js";
import {
  type Count,
  type Disturbance,
  damage,
  disturb,
  disturbances,
  isMoved,
  type Part,
  parts,
  type Strength,
  usualStrength,
} from "./influence/disturb.js";
import { pace } from "./pace.js";
import { isRefusal } from "./refusal.js";
import type { MapShape } from "./sets.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

export { type Disturbance, disturbances, type Part, parts } from "./influence/disturb.js";

/** Settings of `influence`; `influenceDefaults` has the defaults. */
export interface InfluenceConfig extends Strength {
  /** Specs of `createNorm`; each layer is fresh and in training. */
  norms: readonly NormName[];
  /** [N, C, H, W]. */
  shape: MapShape;
  seed: number;
}

/** The settings of `influence` where none are given: every norm that can follow a convolution. */
export const influenceDefaults = (): InfluenceConfig => ({
  norms: normNames(),
  shape: [4, 8, 4, 4],
  ...usualStrength,
  seed: 0,
});

/** What moves, in shares of 0 to 1. */
export interface Influence {
  /**
   * Of the own sample's outputs, those whose own input was disturbed left out, unless that is all of them; null where
   * the layer refuses such a batch.
   */
  own: number | null;
  /** Of the other samples' outputs; null where there are none. */
  others: number | null;
}

/** The influences of one norm. */
export interface InfluenceRow {
  norm: NormName;
  influences: Record<Disturbance, Influence>;
  /** Parts whose shift, or scale, no output tells. */
  invariant: { shift: Part[]; scale: Part[] };
}

/** What `influence` returns. */
export interface InfluenceResult {
  config: InfluenceConfig;
  rows: InfluenceRow[];
}

/**
 * Who pays when something is wrong with one sample: which outputs of it and of the others move, for every norm and
 * disturbance, and what each norm does not notice at all.
 * @throws RangeError for a norm that does not fit the channels, or settings that cannot be
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
    const { x, touched } = disturb(input, disturbance, config.shape, config);
    const after = refusedOr(() => outputOf(x));
    if (!after) return { own: null, others: null };
    const { own, others } = damage(before, after, touched, size);
    const share = ({ moved, of }: Count) => (of > 0 ? moved / of : null);
    return { own: share(own), others: share(others) };
  };
  const unnoticed = (change: (value: number) => number) =>
    parts.filter((part) => {
      const inside = within(part, config.shape);
      const after = outputOf(input.map((value, i) => (inside(i) ? change(value) : value)));
      return after.every((value, i) => !isMoved(before[i], value));
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

/** Null where the layer refuses a batch as PyTorch does. */
function refusedOr<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
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
