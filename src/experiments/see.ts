import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { pace } from "./pace.js";
import { applyLayer, applyToData, applyToWeight } from "./see/apply.js";
import { checkSettings, withNumber } from "./see/check.js";
import { drawMaps, seeded } from "./see/draw.js";
import type { MapShape, Pattern } from "./sets.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** Settings of `sight` and `see`; `seeDefaults` has the defaults. */
export interface SeeConfig {
  /** A spec of `createNorm` ("gn:2"), or the name of any other method of the table ("adain", "wn", "normalize"). */
  norm: string;
  /**
   * [N, C, H, W]. Vectors are [N, L, C] with L = H·W tokens. Weights have N outputs and C inputs, data N samples and C
   * features: these take the first position of each plane.
   */
  shape: MapShape;
  /** The input, N·C·H·W finite numbers. null: drawn from `seed`. */
  values: readonly number[] | null;
  /** Decides what is drawn: input, condition, and the layer's own numbers where it has any. */
  seed: number;
  /** Whether the layer trains. In evaluation it has seen the input once in training. */
  training: boolean;
  /** What running statistics come from; by default the input. It may have another number of samples. */
  seen?: readonly number[];
}

/** The settings of `see` where none are given. */
export const seeDefaults: SeeConfig = {
  norm: "bn",
  shape: [4, 6, 2, 2],
  values: null,
  seed: 0,
  training: true,
};

/** What a method makes of a small input, and what a reader needs to compute it again. */
export interface Sight {
  norm: string;
  /** [N, C, H, W] of what is shown. Weights and data have H = W = 1. */
  shape: MapShape;
  of: "maps" | "tokens" | "weight" | "data";
  /** Always in the order [N, C, H·W], whatever the layer's own layout is. */
  input: Float32Array;
  /** Of the same order and length. */
  output: Float32Array;
  /** The sets of the method's description, which hold in training; null where it has none. */
  sets: readonly Pattern[] | null;
  /**
   * The number of the spec; 1 for a method without one. If it is not given it is the usual one, or the next smaller one
   * that divides the channels: 3 for "gn" of 6 channels.
   */
  argument: number;
  /**
   * How an output is computed. "moments": γ·(x − μ)/√(σ² + ε) + β with mean and biased variance of its set. "squares":
   * γ·x/√(mean x² + ε) + β. Where `running` is there, its mean and variance take their place. null: in another way.
   */
  statistic: "moments" | "squares" | null;
  eps: number | null;
  /** γ and β of each element; null where there are none. */
  gamma: Float32Array | null;
  beta: Float32Array | null;
  /**
   * The statistics of each channel that the layer keeps and now uses, in evaluation and for frozen batch norm. The
   * variance is the one that it divides by. Power norm's is its mean of squares, and its mean is 0.
   */
  running: { mean: number[]; variance: number[] } | null;
}

/** What `see` returns. */
export interface SeeResult {
  config: SeeConfig;
  sight: Sight;
}

const ofMaps = ["bn", "frozen-bn", "ghost", "mvn", "ln", "in", "in-affine", "gn", "ln2d", "pn"];
const ofVectors = ["revin", "layer-norm"];
const ofConditions = ["adain", "cond-in", "cond-bn", "spade", "adaln"];
const byMoments = new Set([...ofMaps, ...ofVectors, ...ofConditions]);
const bySquares = new Set(["powernorm", "rms-norm", "rms", "pixel"]);

/** Batch renorm corrects the batch's statistics in training, and is batch norm in evaluation. */
function statisticOf(name: string, training: boolean): Sight["statistic"] {
  if (byMoments.has(name) || (name === "renorm" && !training)) return "moments";
  return bySquares.has(name) ? "squares" : null;
}

/**
 * Applies one method to a small input. Leaves no tensor behind, and the default random generator as it was.
 * @throws RangeError "see: …" for settings that cannot be, before anything is computed, and the layer's own RangeError
 *   for an input that it refuses as PyTorch does, such as one value a channel
 */
export function sight(
  settings: Partial<SeeConfig> = {},
  runtime: Runtime = defaultRuntime(),
): Sight {
  const config = { ...seeDefaults, ...settings };
  const { method, family } = checkSettings(config);
  const { norm, shape, values, seed, training, seen } = config;
  const [n, c, h, w] = shape;
  return seeded(seed, () => {
    const all = Float32Array.from(values ?? drawMaps(shape, runtime));
    const flat = family === "weights" || family === "data";
    const input = flat ? all.filter((_, i) => i % (h * w) === 0) : all;
    const shown: MapShape = flat ? [n, c, 1, 1] : [n, c, h, w];
    const site = { shape: shown, runtime };
    const spec = withNumber(norm, method, c);
    const { tokens, ...applied } =
      family === "weights"
        ? applyToWeight(method, site, input, training)
        : family === "data"
          ? applyToData(method.name, c, input)
          : applyLayer(spec, site, input, { training, seen });
    return {
      norm,
      shape: shown,
      of: family === "weights" ? "weight" : family === "data" ? "data" : tokens ? "tokens" : "maps",
      input,
      sets: method.sets ?? null,
      argument: Number(spec.split(":")[1] ?? 1),
      statistic: statisticOf(method.name, training),
      ...applied,
    };
  });
}

/** `sight` as an experiment, with the settings beside the result. Throws as `sight` does. */
export async function* see(
  settings: Partial<SeeConfig> = {},
  { runtime = defaultRuntime(), signal }: ExperimentOptions = {},
): AsyncGenerator<Stage, SeeResult> {
  const config = { ...seeDefaults, ...settings };
  await pace(signal);
  const result = { config, sight: sight(config, runtime) };
  yield { stage: "see", step: 1, steps: 1, text: config.norm };
  return result;
}
