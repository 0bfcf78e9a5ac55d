import { checkFinite, checkInteger } from "../numbers.js";
import { elu } from "../ops/elementwise/elu.js";
import { type GELUOptions, gelu } from "../ops/elementwise/gelu.js";
import { leakyRelu } from "../ops/elementwise/leaky-relu.js";
import { prelu } from "../ops/elementwise/prelu.js";
import { relu } from "../ops/elementwise/relu.js";
import { sigmoid } from "../ops/elementwise/sigmoid.js";
import { silu } from "../ops/elementwise/silu.js";
import {
  checkSoftplus,
  type SoftplusOptions,
  softplus,
  softplusRules,
} from "../ops/elementwise/softplus.js";
import { tanh } from "../ops/elementwise/tanh.js";
import { softmax } from "../ops/reduce/softmax.js";
import { describe, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

/** Base of the activations without options. It refuses all options, such as PyTorch's `inplace`. */
abstract class Plain extends Module {
  constructor(options: Record<string, never> = {}) {
    super();
    layerOptions<object>(new.target.name, options, {});
  }
}

/**
 * max(x, 0) of each element.
 * @shape x [...] → [...]
 * @throws TypeError for an option, such as PyTorch's `inplace`, and for what is no float32 tensor
 * @source torch.nn.ReLU
 */
export class ReLU extends Plain {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

const rules: Rules<GELUOptions> = { approximate: ["none", "tanh"] };

/**
 * x·Φ(x) of each element. `approximate: "tanh"` is the approximation that GPT-2 uses.
 * @shape x [...] → [...]
 * @throws RangeError for another `approximate`
 * @source Hendrycks, Gimpel 2016, arXiv 1606.08415
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: GELUOptions = {}) {
    super();
    const { approximate = "none" } = layerOptions("GELU", options, rules);
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }
}

/**
 * x/(1 + e^−x) of each element.
 * @shape x [...] → [...]
 * @throws TypeError for an option, such as PyTorch's `inplace`, and for what is no float32 tensor
 * @source Elfwing, Uchibe, Doya 2017, arXiv 1702.03118
 */
export class SiLU extends Plain {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/**
 * 1/(1 + e^−x) of each element.
 * @shape x [...] → [...]
 * @throws TypeError for an option, and for what is no float32 tensor
 * @source torch.nn.Sigmoid
 */
export class Sigmoid extends Plain {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * The hyperbolic tangent of each element.
 * @shape x [...] → [...]
 * @throws TypeError for an option, and for what is no float32 tensor
 * @source torch.nn.Tanh
 */
export class Tanh extends Plain {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** Refuses what is no finite number, in the layer's name. */
function checkSlope(layer: string, name: string, value: number): void {
  if (typeof value !== "number")
    throw new TypeError(`${layer}: expected ${name} to be a number, got ${describe(value)}`);
  checkFinite(layer, name, value);
}

/**
 * x where x > 0, else negativeSlope·x.
 * @shape x [...] → [...]
 * @throws RangeError for a slope that is not finite; TypeError for one that is no number
 * @source Maas, Hannun, Ng 2013; torch.nn.LeakyReLU
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    checkSlope("LeakyReLU", "negativeSlope", negativeSlope);
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}

/**
 * x where x > 0, else alpha·(e^x − 1).
 * @shape x [...] → [...]
 * @throws RangeError for an alpha that is not finite; TypeError for one that is no number
 * @source Clevert, Unterthiner, Hochreiter 2015, arXiv 1511.07289; torch.nn.ELU
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    checkSlope("ELU", "alpha", alpha);
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return elu(x, { alpha: this.alpha });
  }
}

/** Options of `PReLU`. */
export interface PReLUOptions extends LayerOptions {
  /** The first value of every slope; 0.25 by default. */
  init?: number;
}

const preluRules: Rules<PReLUOptions> = { init: "number", runtime: "Runtime" };

/**
 * x where x > 0, else weight·x with learned slopes: one for all, or one for each channel.
 * @shape x [N, numParameters, ...] → the same
 * @throws RangeError for numParameters that is no integer ≥ 1, an init that is not finite, and input of other channels
 * @source He et al. 2015, arXiv 1502.01852; torch.nn.PReLU
 */
export class PReLU extends Module {
  readonly weight: Tensor;

  constructor(numParameters = 1, options: PReLUOptions = {}) {
    super();
    const { init = 0.25, runtime } = layerOptions("PReLU", options, preluRules);
    checkInteger("PReLU", "numParameters", numParameters);
    checkFinite("PReLU", "init", init);
    this.weight = constant([numParameters], init, runtime);
  }

  protected override extraRepr(): string[] {
    return [`num_parameters=${this.weight.size}`];
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }
}

/**
 * ln(1 + e^(beta·x)) / beta.
 * @shape x [...] → [...]
 * @throws RangeError for a beta that is not above 0 and a threshold that is not finite
 * @source torch.nn.Softplus
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: SoftplusOptions = {}) {
    super();
    const { beta = 1, threshold = 20 } = layerOptions("Softplus", options, softplusRules);
    checkSoftplus("Softplus", options);
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    const { beta, threshold } = this;
    return softplus(x, { beta, threshold });
  }
}

/**
 * e^x / Σ e^x over `dim`, the last axis by default.
 * @shape x [...] → [...]
 * @throws TypeError for a dim that is no integer; RangeError for one that x does not have
 * @source torch.nn.Softmax
 */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    if (!Number.isInteger(dim))
      throw new TypeError(`Softmax: expected an integer dim, got ${describe(dim)}`);
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}
