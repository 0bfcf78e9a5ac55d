import { checkInteger } from "../numbers.js";
import { crmsNorm } from "../ops/norm/crms-norm.js";
import { layerScale } from "../ops/norm/layer-scale.js";
import { type Layout, layouts } from "../ops/norm/layout.js";
import { qkNorm } from "../ops/norm/qk-norm.js";
import { scaleNorm } from "../ops/norm/scale-norm.js";
import type { Rules } from "../options.js";
import { log2 } from "../portable-math.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `ScaleNorm` and `QKNorm`. */
export interface EpsOptions extends LayerOptions {
  /** The least that a vector is divided by; 1e-5 by default, 1e-12 in QKNorm. */
  eps?: number;
}

const epsRules: Rules<EpsOptions> = { eps: "number", runtime: "Runtime" };

/**
 * ScaleNorm of vectors along the last axis: one learned scale, which starts at √dim, times the vector of length 1.
 * @shape x [..., dim] → [..., dim]
 * @throws RangeError for a scalar and a dim that is no integer ≥ 1; TypeError for a mask
 * @source Nguyen, Salazar 2019, arXiv 1910.05895
 */
export class ScaleNorm extends Module {
  readonly eps: number;
  readonly scale: Tensor;

  constructor(dim: number, options: EpsOptions = {}) {
    super();
    const { eps = 1e-5, runtime } = layerOptions("ScaleNorm", options, epsRules);
    checkInteger("ScaleNorm", "dim", dim);
    this.eps = eps;
    this.scale = constant([], Math.sqrt(dim), runtime);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return scaleNorm(x, this.scale, { eps: this.eps });
  }
}

/** Options of `CRMSNorm`. */
export interface CRMSNormOptions extends LayerOptions {
  /** Added to the mean square; 1e-8 by default. */
  eps?: number;
  /** Whether the layer has a scale; true by default. */
  elementwiseAffine?: boolean;
}

const crmsRules: Rules<CRMSNormOptions> = {
  eps: "number",
  elementwiseAffine: "boolean",
  runtime: "Runtime",
};

/**
 * Compressed RMS norm over the last axis: the RMS norm of dim + 1 numbers whose sum is 0.
 * @shape x [..., dim] → [..., dim]
 * @throws RangeError for input of other features and a dim that is no integer ≥ 1; TypeError for a mask
 * @source Jiang, Gu, Zhu, Pan 2023, arXiv 2305.14858
 */
export class CRMSNorm extends Module {
  readonly dim: number;
  readonly eps: number;
  readonly weight: Tensor | null;

  constructor(dim: number, options: CRMSNormOptions = {}) {
    super();
    const {
      eps = 1e-8,
      elementwiseAffine = true,
      runtime,
    } = layerOptions("CRMSNorm", options, crmsRules);
    checkInteger("CRMSNorm", "dim", dim);
    this.dim = dim;
    this.eps = eps;
    this.weight = elementwiseAffine ? constant([dim], 1, runtime) : null;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, eps } = this;
    checkChannels(this, x, this.dim, "nhwc");
    return crmsNorm(x, { weight, eps });
  }
}

/**
 * Query-key norm: divides queries and keys by their 2-norm over the last axis, and multiplies the queries by one
 * learned scale. The scale starts at log₂(L² − L) for sequences of length L.
 * @shape q [..., L, d], k [..., S, d] → q and k of their shapes; `forward` takes q alone
 * @throws RangeError for a sequenceLength that is no integer ≥ 2, and for scalars
 * @source Henry, Dachapally, Pawar, Chen 2020, arXiv 2010.04245
 */
export class QKNorm extends Module {
  readonly eps: number;
  readonly scale: Tensor;

  constructor(sequenceLength: number, options: EpsOptions = {}) {
    super();
    const { eps = 1e-12, runtime } = layerOptions("QKNorm", options, epsRules);
    checkInteger("QKNorm", "sequenceLength", sequenceLength, 2);
    this.eps = eps;
    this.scale = constant([], log2(sequenceLength ** 2 - sequenceLength), runtime);
  }

  /** Normalises and scales the queries alone. */
  forward(q: Tensor): Tensor {
    return scaleNorm(q, this.scale, { eps: this.eps });
  }

  /** The normalised keys, and the normalised queries times the scale. */
  apply(q: Tensor, k: Tensor): { q: Tensor; k: Tensor } {
    return qkNorm(q, k, this.scale, { eps: this.eps });
  }
}

/** Options of `LayerScale`. */
export interface LayerScaleOptions extends LayerOptions {
  /** The first value of every factor; 1e-5 by default. */
  initValues?: number;
  /** The axis of the features: the last one ("nhwc", default) or axis 1 of [N, C, *] ("nchw"). */
  layout?: Layout;
}

const layerScaleRules: Rules<LayerScaleOptions> = {
  initValues: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * A learned factor for each feature, which starts at `initValues`.
 * @shape x [..., dim] → [..., dim], or with `layout` "nchw" [N, dim, *] → [N, dim, *]
 * @throws RangeError for input of other features and a dim that is no integer ≥ 1
 * @source Touvron et al. 2021, CaiT, arXiv 2103.17239
 */
export class LayerScale extends Module {
  readonly layout: Layout;
  readonly gamma: Tensor;

  constructor(dim: number, options: LayerScaleOptions = {}) {
    super();
    const {
      initValues = 1e-5,
      layout = "nhwc",
      runtime,
    } = layerOptions("LayerScale", options, layerScaleRules);
    checkInteger("LayerScale", "dim", dim);
    this.layout = layout;
    this.gamma = constant([dim], initValues, runtime);
  }

  forward(x: Tensor): Tensor {
    checkChannels(this, x, this.gamma.size, this.layout);
    return layerScale(x, this.gamma, { layout: this.layout });
  }
}
