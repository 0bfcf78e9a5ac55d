import { checkInteger } from "../numbers.js";
import { checkTensor } from "../ops/check.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { add } from "../ops/elementwise/add.js";
import { type BatchNormOptions, batchNorm } from "../ops/norm/batch-norm.js";
import { groupBatchNorm } from "../ops/norm/group-batch-norm.js";
import { groupNorm } from "../ops/norm/group-norm.js";
import { instanceNorm } from "../ops/norm/instance-norm.js";
import { addLayerNorm, layerNorm } from "../ops/norm/layer-norm.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { addRMSNorm, rmsNorm } from "../ops/norm/rms-norm.js";
import type { AddNorm } from "../ops/norm/row-norm.js";
import { syncBatchNorm } from "../ops/norm/sync-batch-norm.js";
import { checkMask } from "../ops/norm/valid-positions.js";
import { describe, type Rules } from "../options.js";
import type { ProcessGroup } from "../process-group.js";
import { type AnyTensor, alias, show, type Tensor } from "../tensor.js";
import { AffineNorm, affineStart } from "./affine-norm.js";
import { checkChannels } from "./channels.js";
import { constant, countBatch, counter, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { isModule, Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";
import { replaceLayers } from "./replace-layers.js";
import { named, python } from "./repr.js";
import { RunningNorm } from "./running-norm.js";

/** Options of batch and instance norm. */
export interface TrackingNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /**
   * Weight of the new value in the running statistics; 0.1 by default. null: in batch norm the plain average over all
   * batches, in instance norm no new value.
   */
  momentum?: number | null;
  /**
   * 1, the default: the running variance takes the batch's unbiased variance, as in PyTorch. 0: the biased one, as in
   * Keras and ONNX.
   */
  correction?: 0 | 1;
  /** Whether the layer has a scale and a shift; true by default for batch norm, false for instance norm. */
  affine?: boolean;
  /** Whether the layer keeps running statistics; true by default for batch norm, false for instance norm. */
  trackRunningStats?: boolean;
}

const trackingRules: Rules<TrackingNormOptions> = {
  eps: "number",
  momentum: "number|null",
  correction: [0, 1],
  affine: "boolean",
  trackRunningStats: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

const layoutRepr = (layout: Layout) => named({ layout: layout === "nchw" ? undefined : layout });

/** Base of batch and instance norm. Scale, shift and running statistics are optional. */
abstract class TrackingNorm extends RunningNorm<Tensor | null, Tensor | null> {
  readonly numFeatures: number;
  readonly momentum: number | null;
  readonly correction: 0 | 1;
  readonly numBatchesTracked: Tensor<"int64"> | null = null;

  /** `usual` says whether scale, shift and running statistics exist by default. */
  constructor(numFeatures: number, options: TrackingNormOptions, usual: boolean) {
    layerOptions(new.target.name, options, trackingRules);
    const { eps = 1e-5, momentum = 0.1, correction = 1, ...own } = options;
    const { affine = usual, trackRunningStats = usual, layout, runtime } = own;
    super(
      { numFeatures },
      { eps, layout, runtime },
      { ...affineStart(affine), variance: trackRunningStats ? 1 : null },
    );
    this.numFeatures = numFeatures;
    this.momentum = momentum;
    this.correction = correction;
    if (trackRunningStats)
      this.numBatchesTracked = this.buffer("numBatchesTracked", counter(runtime));
  }

  /** Checkpoints from before PyTorch 0.4.1 have no count of batches. PyTorch loads them, and so does this layer. */
  override optionalKeys(): readonly string[] {
    return ["num_batches_tracked"];
  }

  protected override extraRepr(): string[] {
    const { numFeatures, eps, momentum, correction, layout } = this;
    const [affine, trackRunningStats] = [this.weight !== null, this.runningMean !== null];
    return [
      `${numFeatures}`,
      ...named({ eps, momentum, affine, trackRunningStats }),
      ...named({ correction: correction === 1 ? undefined : correction }),
      ...layoutRepr(layout),
    ];
  }

  /** Ranks of input that this layer takes, such as [4]. */
  abstract readonly ranks: readonly number[];

  /** Throws RangeError for input of another rank or other channels than the layer takes. */
  protected checkRank(x: Tensor): void {
    checkTensor(this.constructor.name, "input", x);
    const rank = x.shape.length;
    const { layout, ranks } = this;
    if (!ranks.includes(rank)) {
      const expected = ranks.map((r) => `${r}D`).join(" or ");
      throw new RangeError(
        `${this.constructor.name}: expected ${expected} input (got ${rank}D input)`,
      );
    }
    const features = (this.weight ?? this.runningMean)?.size;
    checkChannels(this, x, features, layout, this.channelAxis(rank));
  }

  /** The axis of the channels in the layout "nchw". */
  protected channelAxis(_rank: number): number {
    return 1;
  }
}

/** Batch normalisation, Ioffe & Szegedy 2015, arXiv 1502.03167: statistics of each channel over batch and positions. */
abstract class BatchNorm extends TrackingNorm {
  constructor(numFeatures: number, options: TrackingNormOptions = {}) {
    super(numFeatures, options, true);
  }

  /** `mask` is [N, *] with 0 at padding; see `batchNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    return this.activated(x, null, mask);
  }

  /** `forward` and the activation after it, in one pass over memory. */
  activated(x: Tensor, activation: Activation | null, mask?: AnyTensor | null): Tensor {
    this.checkRank(x);
    const { layout } = this;
    return this.tracked((options) => this.normalized(x, { ...options, mask, layout, activation }));
  }

  /** The operation of this layer, which a subclass may replace. */
  protected normalized(x: Tensor, options: BatchNormOptions): Tensor {
    return batchNorm(x, options);
  }

  /** Runs `norm` with the options of this layer and counts the batch. */
  protected tracked<T>(norm: (options: BatchNormOptions) => T): T {
    const { runningMean, runningVar, numBatchesTracked, weight, bias, eps, correction } = this;
    const momentum = this.momentum ?? 1 / (Number(numBatchesTracked?.item() ?? 0) + 1);
    const training = this.training || runningMean === null;
    const statistics = { runningMean, runningVar, training, momentum, correction };
    return this.asOne(() => {
      const y = norm({ ...statistics, weight, bias, eps });
      if (this.training && numBatchesTracked) countBatch(numBatchesTracked);
      return y;
    });
  }
}

/**
 * Batch norm of [N, C] or [N, C, L].
 * @shape x [N, C] or [N, C, L], mask [N] or [N, L] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   when training with one value per channel
 * @source Ioffe, Szegedy 2015, arXiv 1502.03167; torch.nn.BatchNorm1d
 */
export class BatchNorm1d extends BatchNorm {
  readonly ranks = [2, 3];
}

/**
 * Batch norm of [N, C, H, W].
 * @shape x [N, C, H, W], mask [N, H, W] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   when training with one value per channel
 * @source Ioffe, Szegedy 2015, arXiv 1502.03167; torch.nn.BatchNorm2d
 */
export class BatchNorm2d extends BatchNorm {
  readonly ranks = [4];
}

/**
 * Batch norm of [N, C, D, H, W].
 * @shape x [N, C, D, H, W], mask [N, D, H, W] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   when training with one value per channel
 * @source Ioffe, Szegedy 2015, arXiv 1502.03167; torch.nn.BatchNorm3d
 */
export class BatchNorm3d extends BatchNorm {
  readonly ranks = [5];
}

/** Options of `SyncBatchNorm`. */
export interface SyncBatchNormOptions extends TrackingNormOptions {
  /** The ranks whose batches are one. null, the default: this process alone. */
  processGroup?: ProcessGroup | null;
}

/** The options of a batch norm, checked with the group that stands among them. */
function withoutGroup(options: SyncBatchNormOptions): TrackingNormOptions {
  const rules: Rules<SyncBatchNormOptions> = { ...trackingRules, processGroup: "Object|null" };
  const { processGroup, ...own } = layerOptions("SyncBatchNorm", options, rules);
  if (processGroup) checkGroup("SyncBatchNorm", processGroup);
  return own;
}

function checkGroup(op: string, group: ProcessGroup): void {
  if (typeof group?.allGather !== "function")
    throw new TypeError(`${op}: expected a process group, got ${describe(group)}`);
}

/**
 * Batch norm of [N, C, *] by the statistics of a batch that lies in several parts: one in each rank of `processGroup`,
 * or in `forwardShards` several tensors of this process. In training all ranks must call `forward`, and go back,
 * together; N may be 0. Evaluation never communicates. Each rank's gradients of weight and bias are its own share: the
 * sum of all is the whole.
 * @shape x [N, C, *] of this rank, mask [N, *] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   when training with one value per channel in all ranks together; TypeError for a processGroup that is none
 * @source Peng et al. 2017, MegDet, arXiv 1711.07240; torch.nn.SyncBatchNorm
 */
export class SyncBatchNorm extends BatchNorm {
  readonly ranks = [2, 3, 4, 5];
  readonly processGroup: ProcessGroup | null;

  constructor(numFeatures: number, options: SyncBatchNormOptions = {}) {
    super(numFeatures, withoutGroup(options));
    this.processGroup = options.processGroup ?? null;
  }

  protected override normalized(x: Tensor, options: BatchNormOptions): Tensor {
    const { processGroup, training } = this;
    if (!processGroup || !training) return super.normalized(x, options);
    return groupBatchNorm(x, processGroup, options);
  }

  /** The outputs of the shards, all normalised by the statistics of the whole batch. */
  forwardShards(shards: readonly Tensor[]): Tensor[] {
    for (const shard of shards) this.checkRank(shard);
    return this.tracked((options) => syncBatchNorm(shards, options));
  }

  /**
   * Puts a SyncBatchNorm of `group` in the place of every BatchNorm1d, 2d, 3d and SyncBatchNorm of `module`, with the
   * same tensors, settings and `training`. Returns `module`, or what took its place. As torch.nn.SyncBatchNorm's.
   */
  static convertSyncBatchNorm(module: Module, group: ProcessGroup): Module {
    if (!isModule(module))
      throw new TypeError(`convertSyncBatchNorm: expected a layer, got ${describe(module)}`);
    checkGroup("convertSyncBatchNorm", group);
    return replaceLayers(module, (layer) =>
      layer instanceof BatchNorm ? synchronised(layer, group) : layer,
    );
  }
}

function synchronised(norm: BatchNorm, processGroup: ProcessGroup): SyncBatchNorm {
  const { numFeatures, eps, momentum, correction, layout, training } = norm;
  const { weight, bias, runningMean, runningVar, numBatchesTracked } = norm;
  const none = { affine: false, trackRunningStats: false };
  const options = { eps, momentum, correction, layout, processGroup, ...none };
  const made = new SyncBatchNorm(numFeatures, options);
  const buffers = { runningMean, runningVar, numBatchesTracked };
  for (const [name, tensor] of Object.entries(buffers)) if (tensor) made.buffer(name, tensor);
  return Object.assign(made, { weight, bias, ...buffers, training });
}

/** Instance normalisation, Ulyanov et al. 2016, arXiv 1607.08022: statistics of each channel of each sample. */
abstract class InstanceNorm extends TrackingNorm {
  constructor(numFeatures: number, options: TrackingNormOptions = {}) {
    super(numFeatures, options, false);
  }

  /** The channels of a single sample are on axis 0. */
  protected override channelAxis(rank: number): number {
    return rank === this.ranks[0] ? 0 : 1;
  }

  /** `mask` is [N, *], or [*] for a single sample, with 0 at padding; see `instanceNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    return this.activated(x, null, mask);
  }

  /** `forward` and the activation after it, in one pass over memory. */
  activated(x: Tensor, activation: Activation | null, mask?: AnyTensor | null): Tensor {
    return this.asOne(() => {
      this.checkRank(x);
      const batched = x.shape.length === this.ranks[1] ? x : x.reshape([1, ...x.shape]);
      if (mask) checkMask("instanceNorm", mask);
      using alone = mask && batched !== x ? alias(mask, [1, ...mask.shape]) : null;
      const { runningMean, runningVar, weight, bias, eps, correction, layout } = this;
      const useInputStats = this.training || runningMean === null;
      const channels = batched.shape[layout === "nhwc" ? batched.shape.length - 1 : 1];
      if (useInputStats && !this.training && batched.size === batched.shape[0] * channels) {
        throw new RangeError(
          `${this.constructor.name}: expected more than 1 spatial element, got input size ${show(x.shape)}`,
        );
      }
      const y = instanceNorm(batched, {
        runningMean,
        runningVar,
        weight,
        bias,
        useInputStats,
        momentum: this.momentum ?? 0,
        correction,
        eps,
        layout,
        activation,
        mask: alone ?? mask,
      });
      return batched === x ? y : y.reshape(x.shape);
    });
  }
}

/**
 * Instance norm of [N, C, L] or [C, L].
 * @shape x [N, C, L] or [C, L], mask [N, L] or [L] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   where an instance has one element
 * @source Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022; torch.nn.InstanceNorm1d
 */
export class InstanceNorm1d extends InstanceNorm {
  readonly ranks = [2, 3];
}

/**
 * Instance norm of [N, C, H, W] or [C, H, W].
 * @shape x [N, C, H, W] or [C, H, W], mask [N, H, W] or [H, W] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   where an instance has one element
 * @source Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022; torch.nn.InstanceNorm2d
 */
export class InstanceNorm2d extends InstanceNorm {
  readonly ranks = [3, 4];
}

/**
 * Instance norm of [N, C, D, H, W] or [C, D, H, W].
 * @shape x [N, C, D, H, W] or [C, D, H, W], mask [N, D, H, W] or [D, H, W] or null → the shape of x
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or rank, and
 *   where an instance has one element
 * @source Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022; torch.nn.InstanceNorm3d
 */
export class InstanceNorm3d extends InstanceNorm {
  readonly ranks = [4, 5];
}

/** Options of `GroupNorm`. */
export interface GroupNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether the layer has a scale and a shift; true by default. */
  affine?: boolean;
  /**
   * Allow a group of one value if the batch has no other value. Its output is 0, as in Keras. By default it is refused.
   */
  allowSingle?: boolean;
}

const groupRules: Rules<GroupNormOptions> = {
  eps: "number",
  affine: "boolean",
  allowSingle: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Group normalisation of [N, C, *]: statistics of C / numGroups channels of each sample.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numGroups that do not divide numChannels, input of other channels, and one value per group
 *   unless `allowSingle`; TypeError for a mask
 * @source Wu, He 2018, arXiv 1803.08494; with one group: Ba, Kiros, Hinton 2016, arXiv 1607.06450
 */
export class GroupNorm extends AffineNorm<Tensor | null> {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly allowSingle: boolean;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    const {
      eps = 1e-5,
      affine = true,
      allowSingle = false,
      ...own
    } = layerOptions("GroupNorm", options, groupRules);
    checkInteger("GroupNorm", "numGroups", numGroups);
    checkInteger("GroupNorm", "numChannels", numChannels);
    if (numChannels % numGroups !== 0) {
      throw new RangeError(
        `GroupNorm: num_channels must be divisible by num_groups, got ${numChannels} and ${numGroups}`,
      );
    }
    super({ numChannels }, { ...own, eps }, affineStart(affine));
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.allowSingle = allowSingle;
  }

  protected override extraRepr(): string[] {
    const { numGroups, numChannels, eps, layout } = this;
    const affine = this.weight !== null;
    return [`${numGroups}`, `${numChannels}`, ...named({ eps, affine }), ...layoutRepr(layout)];
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return this.activated(x, null);
  }

  /** `forward` and the activation after it, in one pass over memory. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    const { weight, bias, eps, layout, allowSingle } = this;
    this.checkInput(x);
    return groupNorm(x, this.numGroups, { weight, bias, eps, layout, allowSingle, activation });
  }
}

/** Options of `LayerNorm`. */
export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether the layer has a scale and a shift; true by default. */
  elementwiseAffine?: boolean;
  /** Whether the layer, if affine, has a shift; true by default. */
  bias?: boolean;
}

const layerRules: Rules<LayerNormOptions> = {
  eps: "number",
  elementwiseAffine: "boolean",
  bias: "boolean",
  runtime: "Runtime",
};

function lengthsOf(name: string, value: number | readonly number[]): readonly number[] {
  const lengths = Array.isArray(value) ? [...value] : [value];
  for (const length of lengths) checkInteger(name, "normalizedShape", length);
  return lengths;
}

/**
 * Layer normalisation over the last axes, of lengths `normalizedShape`.
 * @shape x [..., *normalizedShape] → the same shape
 * @throws RangeError for input of other last lengths; TypeError for a mask
 * @source Ba, Kiros, Hinton 2016, arXiv 1607.06450
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const {
      eps = 1e-5,
      elementwiseAffine = true,
      bias = true,
      runtime,
    } = layerOptions("LayerNorm", options, layerRules);
    this.normalizedShape = lengthsOf("LayerNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? constant(this.normalizedShape, 1, runtime) : null;
    this.bias = elementwiseAffine && bias ? constant(this.normalizedShape, 0, runtime) : null;
  }

  protected override extraRepr(): string[] {
    const { normalizedShape, eps } = this;
    return [python(normalizedShape), ...named({ eps, elementwiseAffine: this.weight !== null })];
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, bias, eps } = this;
    return layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }

  /** The norm of x + residual, in one pass over memory. The result has the sum too, as `sum`. */
  added(x: Tensor, residual: Tensor): AddNorm {
    const { weight, bias, eps } = this;
    return addLayerNorm(x, residual, this.normalizedShape, { weight, bias, eps });
  }
}

/** Options of `RMSNorm`. */
export interface RMSNormOptions extends LayerOptions {
  /** Added to the mean square. null, the default, stands for the machine epsilon of float32, as in PyTorch. */
  eps?: number | null;
  /** Whether the layer has a scale; true by default. */
  elementwiseAffine?: boolean;
  /** Multiply by 1 + weight, where the weight starts at 0, as in Gemma; false by default. */
  unitOffset?: boolean;
  /** pRMSNorm: the share of the features, from the first on, whose root mean square is taken; 1 by default. */
  partial?: number;
  /** Add eps to the root instead of to the mean square, as in the paper's code; false by default. */
  epsOutside?: boolean;
}

const rmsRules: Rules<RMSNormOptions> = {
  eps: "number|null",
  elementwiseAffine: "boolean",
  unitOffset: "boolean",
  partial: "number",
  epsOutside: "boolean",
  runtime: "Runtime",
};

/**
 * Root-mean-square norm over the last axes, of lengths `normalizedShape`.
 * @shape x [..., *normalizedShape] → the same shape
 * @throws RangeError for input of other last lengths, a `partial` outside (0, 1], and more than one axis with partial
 *   or epsOutside; TypeError for a mask
 * @source Zhang, Sennrich 2019, arXiv 1910.07467
 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly unitOffset: boolean;
  readonly partial: number;
  readonly epsOutside: boolean;
  readonly weight: Tensor | null;

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super();
    layerOptions("RMSNorm", options, rmsRules);
    const { eps = null, elementwiseAffine = true, runtime } = options;
    const { unitOffset = false, partial = 1, epsOutside = false } = options;
    this.normalizedShape = lengthsOf("RMSNorm", normalizedShape);
    this.eps = eps;
    this.unitOffset = unitOffset;
    this.partial = partial;
    this.epsOutside = epsOutside;
    const start = unitOffset ? 0 : 1;
    this.weight = elementwiseAffine ? constant(this.normalizedShape, start, runtime) : null;
  }

  protected override extraRepr(): string[] {
    const { normalizedShape, eps } = this;
    return [python(normalizedShape), ...named({ eps, elementwiseAffine: this.weight !== null })];
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, eps, unitOffset, partial, epsOutside } = this;
    return rmsNorm(x, this.normalizedShape, { weight, eps, unitOffset, partial, epsOutside });
  }

  /** The norm of x + residual, in one pass over memory. The result has the sum too, as `sum`. */
  added(x: Tensor, residual: Tensor): AddNorm {
    const { weight, eps, unitOffset, partial, epsOutside } = this;
    if (partial === 1 && !epsOutside)
      return addRMSNorm(x, residual, this.normalizedShape, { weight, eps, unitOffset });
    const sum = add(x, residual);
    return { output: this.forward(sum), sum };
  }
}
