import { noGrad } from "../autograd.js";
import { LayerNorm2d } from "../nn/layer-norm-2d.js";
import type { Module } from "../nn/module.js";
import { BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm } from "../nn/norm.js";
import { manualSeed, rand } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { sizeOf } from "../shape.js";
import { type Tensor, tidy } from "../tensor.js";
import { type Moments, momentsBySet } from "./moments.js";
import { pace } from "./pace.js";
import { type MapShape, type Pattern, pattern, setIndex } from "./sets.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** Settings of `layers`; `layersDefaults` has the defaults. */
export interface LayersConfig {
  /** [N, C, H, W]. */
  shape: MapShape;
  /** The number of groups of the group norm. */
  groups: number;
  seed: number;
}

/** The article's tensor. It has four channels, although the article's comment gives another number. */
export const layersDefaults: LayersConfig = { shape: [4, 4, 32, 32], groups: 2, seed: 0 };

const EPS = 1e-5;

/** What one layer made of the tensor. */
export interface LayerStatistics {
  name: string;
  /** The PyTorch code that makes the layer. */
  code: string;
  /** Which elements share a statistic. */
  pattern: Pattern;
  /** The number of scales and shifts. */
  parameters: number;
  /** The number of statistics, and the number of elements that share one. */
  sets: number;
  count: number;
  /** The output over these sets: the largest |mean|, and the averages of the variances. */
  output: { mean: number; biased: number; unbiased: number };
  /**
   * The expected variances: σ²/(σ² + ε) averaged over the sets is the biased one, and m/(m − 1) times that is the
   * unbiased one.
   */
  expected: { biased: number; unbiased: number };
  /** The largest |mean| of the output over each channel of the batch, and over each sample. */
  largestMean: { channel: number; sample: number };
}

/** What `layers` returns. */
export interface LayersResult {
  config: LayersConfig;
  layers: LayerStatistics[];
  /** Group norm's output per group, [N][groups], and per channel, [N][C], as the article looked at it. */
  groupSets: Moments[][];
  groupChannels: Moments[][];
}

interface Made {
  name: string;
  code: string;
  pattern: Pattern;
  layer: Module;
}

function makeLayers({ shape, groups }: LayersConfig, runtime: Runtime): Made[] {
  const [, c, h, w] = shape;
  const options = { eps: EPS, runtime };
  const made = (name: string, code: string, pattern: Pattern, layer: Module) => ({
    name,
    code,
    pattern,
    layer,
  });
  return [
    made("BN", `BatchNorm2d(${c})`, pattern("all", "each"), new BatchNorm2d(c, options)),
    made(
      "LN",
      `LayerNorm([${c}, ${h}, ${w}])`,
      pattern("each", "all"),
      new LayerNorm([c, h, w], options),
    ),
    made("IN", `InstanceNorm2d(${c})`, pattern("each", "each"), new InstanceNorm2d(c, options)),
    made(
      "GN",
      `GroupNorm(${groups}, ${c})`,
      pattern("each", "group"),
      new GroupNorm(groups, c, options),
    ),
    made("GN1", `GroupNorm(1, ${c})`, pattern("each", "all"), new GroupNorm(1, c, options)),
    made("LN2d", `LayerNorm2d(${c})`, pattern("each", "all", "each"), new LayerNorm2d(c, options)),
  ];
}

/**
 * Runs every norm on one tensor of uniform numbers. Gives the mean and both variances of its output over the elements
 * that share a statistic, and those of group norm per channel too.
 * @throws RangeError for a shape that is not four positive integers, and for channels that do not divide into the
 *   groups
 */
export async function* layers(
  settings: Partial<LayersConfig> = {},
  options: ExperimentOptions = {},
): AsyncGenerator<Stage, LayersResult> {
  const config = settingsOf("layers", layersDefaults, settings, options);
  const { runtime = defaultRuntime(), signal } = options;
  const { shape, seed } = config;
  if (shape.length !== 4 || !shape.every((length) => Number.isSafeInteger(length) && length > 0))
    throw new RangeError(`layers: expected shape to be four positive integers, got [${shape}]`);
  manualSeed(seed);
  using x = rand(shape, { runtime });
  const result: LayersResult = { config, layers: [], groupSets: [], groupChannels: [] };
  const all = makeLayers(config, runtime);
  try {
    for (const [i, made] of all.entries()) {
      await pace(signal);
      const output = outputOf(made.layer, x);
      result.layers.push(describe(made, x.data, output, config));
      if (made.name === "GN") {
        result.groupSets = perSample(output, made.pattern, config);
        result.groupChannels = perSample(output, pattern("each", "each"), config);
      }
      yield { stage: "layers", step: i + 1, steps: all.length, text: made.name };
    }
  } finally {
    for (const { layer } of all) layer.dispose();
  }
  return result;
}

const outputOf = (layer: Module, x: Tensor): Float32Array =>
  tidy(() => noGrad(() => layer.forward(x).data.slice()));

function describe(
  { name, code, pattern: shared, layer }: Made,
  input: Float32Array,
  output: Float32Array,
  { shape, groups }: LayersConfig,
): LayerStatistics {
  const over = (values: Float32Array, pattern: Pattern) =>
    momentsBySet(values, setIndex(pattern, shape, groups));
  const largest = (all: Moments[]) => Math.max(...all.map(({ mean }) => Math.abs(mean)));
  const after = over(output, shared);
  const { count } = after[0];
  const biased = meanOf(over(input, shared).map(({ biased }) => biased / (biased + EPS)));
  return {
    name,
    code,
    pattern: shared,
    parameters: layer.parameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    sets: after.length,
    count,
    output: {
      mean: largest(after),
      biased: meanOf(after.map(({ biased }) => biased)),
      unbiased: meanOf(after.map(({ unbiased }) => unbiased)),
    },
    expected: { biased, unbiased: (biased * count) / (count - 1) },
    largestMean: {
      channel: largest(over(output, pattern("all", "each"))),
      sample: largest(over(output, pattern("each", "all"))),
    },
  };
}

/** The moments of the sets of each sample. */
function perSample(output: Float32Array, pattern: Pattern, config: LayersConfig): Moments[][] {
  const all = momentsBySet(output, setIndex(pattern, config.shape, config.groups));
  const sets = all.length / config.shape[0];
  return Array.from({ length: config.shape[0] }, (_, i) => all.slice(i * sets, (i + 1) * sets));
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
