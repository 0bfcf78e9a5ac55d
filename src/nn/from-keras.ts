import type { Layout } from "../ops/norm/layout.js";
import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { FrozenBatchNorm2d } from "./batch-variants.js";
import type { LayerOptions } from "./init.js";
import { KerasConfig, type KerasLayer, type KerasShape } from "./keras-config.js";
import { LayerNorm2d } from "./layer-norm-2d.js";
import type { Module } from "./module.js";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm, RMSNorm } from "./norm.js";
import { RMSNorm2d } from "./rms-norm-2d.js";
import { UnitNorm } from "./unlearned.js";

/** A converter reads the config and refuses what it cannot convert. The function that it returns builds the layer. */
type Converter = (config: KerasConfig) => (options: LayerOptions) => Module;
type Affine = Module & { weight: Tensor | null; bias: Tensor | null };
type Finish = (layer: Module) => Module;

/** Fills scale and shift with their initial values. Removes the one that the Keras layer does not have. */
function affine(config: KerasConfig): Finish {
  const parameters = [
    ["weight", config.flag("scale", true), config.constant("gamma_initializer", 1)],
    ["bias", config.flag("center", true), config.constant("beta_initializer", 0)],
  ] as const;
  return (layer) => {
    const own = layer as Affine;
    for (const [name, kept, value] of parameters) {
      own[name]?.elements.fill(value);
      if (kept) continue;
      own[name]?.dispose();
      own[name] = null;
    }
    return layer;
  };
}

/** The number of channels, and the layout that says whether they are on axis 1 or on the last axis. */
function channelsOf(config: KerasConfig): { channels: number; layout: Layout } {
  const axis = config.axis();
  if (axis !== 1 && axis !== config.shape.length - 1)
    return config.refuse(`expected axis 1 or the last one, got ${axis}`);
  return { channels: config.length(axis), layout: axis === 1 ? "nchw" : "nhwc" };
}

/** PyTorch's momentum is the share of the new value; Keras's momentum is the share of the old value. */
const batchNormalization: Converter = (config) => {
  const { channels, layout } = channelsOf(config);
  const eps = config.number("epsilon", 1e-3);
  const momentum = 1 - config.number("momentum", 0.99);
  const mean = config.constant("moving_mean_initializer", 0);
  const variance = config.constant("moving_variance_initializer", 1);
  const finish = affine(config);
  const rank = config.shape.length;
  if (rank > 5) return config.refuse(`expected input of 2 to 5 dimensions, got ${rank}`);
  const BatchNorm = rank < 4 ? BatchNorm1d : rank === 4 ? BatchNorm2d : BatchNorm3d;
  return (options) => {
    // Keras runs a batch norm that is not trainable in inference mode.
    const layer = config.trainable
      ? new BatchNorm(channels, { ...options, eps, momentum, correction: 0, layout })
      : new FrozenBatchNorm2d(channels, { ...options, eps, layout });
    layer.runningMean?.elements.fill(mean);
    layer.runningVar?.elements.fill(variance);
    return finish(layer);
  };
};

/** In Keras, −1 groups stands for one group per channel. */
function groupNormalization(config: KerasConfig, usual: number): ReturnType<Converter> {
  const { channels, layout } = channelsOf(config);
  const given = config.number("groups", usual);
  const groups = given === -1 ? channels : given;
  const eps = config.number("epsilon", 1e-3);
  const finish = affine(config);
  return (options) =>
    finish(new GroupNorm(groups, channels, { ...options, eps, layout, allowSingle: true }));
}

const layerNormalization: Converter = (config) => {
  if (config.flag("rms_scaling", false))
    return config.refuse("rms_scaling divides by the deviation without subtracting the mean");
  const eps = config.number("epsilon", 1e-3);
  const finish = affine(config);
  const shape = config.trailing();
  if (shape) return (options) => finish(new LayerNorm(shape, { ...options, eps }));
  const channels = config.length(1);
  return (options) => finish(new LayerNorm2d(channels, { ...options, eps }));
};

const rmsNormalization: Converter = (config) => {
  const eps = config.number("epsilon", 1e-6);
  const shape = config.trailing();
  if (shape) return (options) => new RMSNorm(shape, { ...options, eps });
  const channels = config.length(1);
  return (options) => new RMSNorm2d(channels, { ...options, eps });
};

const unitNormalization: Converter = (config) => {
  const dim = config.axis();
  return () => new UnitNorm({ dim });
};

const converters = new Map<string, Converter>([
  ["BatchNormalization", batchNormalization],
  ["BatchNormalizationV1", batchNormalization],
  ["LayerNormalization", layerNormalization],
  ["GroupNormalization", (config) => groupNormalization(config, 32)],
  ["InstanceNormalization", (config) => groupNormalization(config, -1)],
  ["RMSNormalization", rmsNormalization],
  ["UnitNormalization", unitNormalization],
]);

const elsewhere = new Map([
  ["Normalization", "StandardScaler and Normalize in evenkeel/data do this"],
  ["Rescaling", "MinMaxScaler and Normalize in evenkeel/data do this"],
  ["SpectralNormalization", "convert the layer within and use nn.spectralNorm"],
  ["WeightNormalization", "convert the layer within and use nn.weightNorm"],
]);

const rules: Rules<LayerOptions> = { runtime: "Runtime" };

/**
 * Converts a layer of Keras or tfjs. The layer is given in their serialised form, `{ class_name, config }`.
 * `inputShape` has the batch axis first; its default is that of `build_config`. The new layer takes input in the layout
 * of the Keras layer. What the config leaves out has Keras's default. The parameters have PyTorch's names: gamma →
 * weight, beta → bias, moving_mean → running_mean, moving_variance → running_var.
 *
 * | Keras | here |
 * |---|---|
 * | BatchNormalization, eps 1e-3, momentum 0.99 of the old value | BatchNorm1d, 2d, 3d, momentum 1 − 0.99 of the new |
 * | the same with trainable: false | FrozenBatchNorm2d |
 * | LayerNormalization over the last axes, over axis 1 | LayerNorm, LayerNorm2d |
 * | GroupNormalization, and InstanceNormalization of the add-ons | GroupNorm; with groups -1, one for each channel |
 * | RMSNormalization over the last axes, over axis 1 | RMSNorm, RMSNorm2d |
 * | UnitNormalization | UnitNorm |
 *
 * Two details are as in Keras: the moving variance of a batch norm takes the biased variance of the batch, and a group
 * of one value gives 0.
 * @throws RangeError for what has no counterpart: renorm, rms_scaling, regularizers, constraints, initializers that
 *   draw random numbers, and other classes; TypeError for what is no serialised layer
 * @source keras.layers
 */
export function fromKeras(
  layer: KerasLayer,
  inputShape: KerasShape | undefined = layer?.build_config?.input_shape,
  options: LayerOptions = {},
): Module {
  checkOptions("fromKeras", options, rules);
  const name = layer?.class_name?.replace(/^Addons>/, "");
  if (typeof name !== "string")
    throw new TypeError("fromKeras: expected a layer { class_name, config }");
  const convert = converters.get(name);
  if (!convert) {
    const known = [...converters.keys()].join(", ");
    const hint = elsewhere.get(name);
    throw new RangeError(`fromKeras: no counterpart for ${name}; ${hint ?? `known: ${known}`}`);
  }
  const config = new KerasConfig(name, layer.config ?? {}, inputShape);
  const make = convert(config);
  config.end();
  const made = make(options);
  if (!config.trainable) for (const parameter of made.parameters()) parameter.requiresGrad = false;
  return made;
}
