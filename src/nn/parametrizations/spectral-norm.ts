import { noGrad } from "../../autograd.js";
import { call } from "../../call.js";
import { axisOf } from "../../ops/axes.js";
import { normalize } from "../../ops/norm/normalize.js";
import * as ops from "../../ops/norm/spectral-norm.js";
import type { Rules } from "../../options.js";
import { randn } from "../../random.js";
import { keep, type Tensor } from "../../tensor.js";
import { ConvTranspose2d } from "../conv-transpose.js";
import { layerOptions } from "../layer-options.js";
import { Module } from "../module.js";
import { Parametrization, parametrize, weightOf } from "./parametrize.js";

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** Name of the layer's tensor; default "weight". */
  name?: string;
  /** The axis that becomes the rows of the matrix. The default is 0, or 1 for transposed convolutions. */
  dim?: number;
  /** Steps of the power iteration at each use in training; 1 by default. */
  nPowerIterations?: number;
  /** The least that vectors are divided by; 0 by default, and 1e-12 for a weight of one axis. */
  eps?: number;
  /**
   * Use the keys of PyTorch's older hook: `weight_orig`, `weight_u`, `weight_v`, not `parametrizations.weight.…`; false
   * by default.
   */
  hook?: boolean;
}

/** A random vector of length 1. */
function unit(n: number, { runtime }: Tensor): Tensor {
  const vector = randn([n], { runtime });
  const { elements } = vector;
  const norm = Math.sqrt(elements.reduce((sum, x) => sum + x * x, 0)) || 1;
  elements.set(elements.map((x) => x / norm));
  return keep(vector);
}

/** The vectors that the power iteration updates. */
class Vectors extends Module {
  readonly _u: Tensor;
  readonly _v: Tensor;

  constructor(weight: Tensor, rows: number) {
    super();
    this._u = this.buffer("_u", unit(rows, weight));
    this._v = this.buffer("_v", unit(weight.size / rows, weight));
  }

  forward(): Tensor {
    return this._u;
  }
}

class SpectralNorm extends Parametrization {
  readonly original: Tensor;
  readonly "0": Vectors;
  readonly #options: ops.SpectralNormOptions;
  readonly #layer: Module;

  constructor(weight: Tensor, options: ops.SpectralNormOptions, layer: Module) {
    super();
    this.original = weight;
    const axis = axisOf("spectralNorm", options.dim ?? 0, weight.shape.length);
    this[0] = new Vectors(weight, weight.shape[axis]);
    this.#options = options;
    this.#layer = layer;
  }

  override get moves(): boolean {
    return this.#layer.training;
  }

  forward(iterations = this.moves ? this.#options.iterations : 0): Tensor {
    const { _u, _v } = this[0];
    return ops.spectralNorm(this.original, _u, _v, { ...this.#options, iterations });
  }
}

/** The parametrisation of a vector, whose largest singular value is its length. Like PyTorch's, it has no u and v. */
class UnitLength extends Parametrization {
  readonly original: Tensor;
  readonly #eps: number;

  constructor(weight: Tensor, eps: number) {
    super();
    this.original = weight;
    this.#eps = eps;
  }

  forward(): Tensor {
    return normalize(this.original, { dim: 0, eps: this.#eps });
  }
}

/** Power iterations before the first use, as in PyTorch's parametrisation. PyTorch's older hook has none. */
const WARM_UP = 15;

const rules: Rules<SpectralNormOptions> = {
  name: "string",
  dim: "number",
  nPowerIterations: "number",
  eps: "number",
  hook: "boolean",
};

/**
 * Spectral normalisation of a layer's weight: divides it by its largest singular value, which a power iteration updates
 * at each use in training. Returns the layer. `removeParametrization` undoes it and keeps the present weight.
 * @throws TypeError for a layer without such a tensor; Error if it is parametrised already; RangeError for a `dim` that
 *   the tensor does not have
 * @source Miyato, Kataoka, Koyama, Yoshida 2018, arXiv 1802.05957
 */
export function spectralNorm<L extends Module>(layer: L, options: SpectralNormOptions = {}): L {
  return call("spectralNorm", () => {
    layerOptions("spectralNorm", options, rules);
    const { name = "weight", dim, nPowerIterations = 1, eps, hook = false } = options;
    const weight = weightOf("spectralNorm", layer, name);
    const rows = dim ?? (layer instanceof ConvTranspose2d ? 1 : 0);
    axisOf("spectralNorm", rows, weight.shape.length);
    if (!hook && weight.shape.length === 1) {
      parametrize(layer, name, new UnitLength(weight, eps ?? 1e-12), null);
      return layer;
    }
    const power = { dim: rows, eps, iterations: nPowerIterations, uFirst: !hook };
    const made = new SpectralNorm(weight, power, layer);
    if (!hook) noGrad(() => made.forward(WARM_UP)).dispose();
    const { _u, _v } = made[0];
    const keys = {
      [`${name}Orig`]: { tensor: made.original },
      [`${name}U`]: { tensor: _u, buffer: true },
      [`${name}V`]: { tensor: _v, buffer: true },
    };
    parametrize(layer, name, made, hook ? keys : null);
    return layer;
  });
}
