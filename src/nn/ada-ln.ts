// Layer norm conditioned as in diffusion transformers (DiT): Peebles & Xie 2022, arXiv 2212.09748.

import { checkInteger } from "../numbers.js";
import { mul } from "../ops/elementwise/mul.js";
import { sigmoid } from "../ops/elementwise/sigmoid.js";
import { adaLN, gatedAdd } from "../ops/norm/ada-ln.js";
import { slice } from "../ops/shape/slice.js";
import { describe, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `AdaLN` and `AdaLNZero`. */
export interface AdaLNOptions extends LayerOptions {
  /** Added to the variance; 1e-6 by default. */
  eps?: number;
}

const rules: Rules<AdaLNOptions> = { eps: "number", runtime: "Runtime" };

/** Base of both layers. It splits linear(silu(condition [N, conditionDim])) into `count` chunks [N, dim]. */
abstract class Modulated extends Module {
  readonly dim: number;
  readonly eps: number;
  readonly linear: Linear;

  constructor(dim: number, conditionDim: number, count: number, options: AdaLNOptions = {}) {
    super();
    const { eps = 1e-6, runtime } = layerOptions(this.constructor.name, options, rules);
    checkInteger(this.constructor.name, "dim", dim);
    checkInteger(this.constructor.name, "conditionDim", conditionDim, 0);
    this.dim = dim;
    this.eps = eps;
    this.linear = new Linear(conditionDim, count * dim, { runtime });
  }

  /** The pieces [N, dim] that the linear layer makes of a condition [N, conditionDim]. */
  protected chunks(condition: Tensor): Tensor[] {
    using gate = sigmoid(condition);
    using silu = mul(condition, gate);
    using all = this.linear.forward(silu);
    const count = all.shape[1] / this.dim;
    return Array.from({ length: count }, (_, i) => slice(all, 1, i * this.dim, (i + 1) * this.dim));
  }
}

/**
 * Adaptive layer norm of [N, *, dim]. The two chunks are shift and scale, as in the final layer of DiT.
 * @shape x [N, *, dim], condition [N, conditionDim] → [N, *, dim]
 * @throws RangeError on wrong shapes; TypeError for a mask
 * @source Peebles, Xie 2022, DiT, arXiv 2212.09748
 */
export class AdaLN extends Modulated {
  constructor(dim: number, conditionDim: number, options: AdaLNOptions = {}) {
    super(dim, conditionDim, 2, options);
  }

  forward(x: Tensor, condition: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkChannels(this, x, this.dim, "nhwc");
      const [shift, scale] = this.chunks(condition);
      return adaLN(x, scale, shift, { eps: this.eps });
    });
  }
}

type Branch = (x: Tensor) => Tensor;

/**
 * The block of DiT around two branches: x + gate·branch(adaLN(x)), once for the attention and once for the MLP. The six
 * chunks are shift, scale and gate of the attention, then shift, scale and gate of the MLP. Weight and bias of the
 * linear layer start at zero, so that the block starts as the identity.
 * @shape x [N, *, dim], condition [N, conditionDim], two branches [N, *, dim] → [N, *, dim] each → [N, *, dim]
 * @throws RangeError on wrong shapes; TypeError for a branch that is no function
 * @source Peebles, Xie 2022, DiT, arXiv 2212.09748
 */
export class AdaLNZero extends Modulated {
  constructor(dim: number, conditionDim: number, options: AdaLNOptions = {}) {
    super(dim, conditionDim, 6, options);
    this.linear.weight.elements.fill(0);
    this.linear.bias?.elements.fill(0);
  }

  forward(x: Tensor, condition: Tensor, attention: Branch, mlp: Branch): Tensor {
    for (const [name, branch] of Object.entries({ attention, mlp }))
      if (typeof branch !== "function")
        throw new TypeError(
          `AdaLNZero: expected ${name} to be a function of a tensor, got ${describe(branch)}`,
        );
    return this.asOne(() => {
      checkChannels(this, x, this.dim, "nhwc");
      const [shift1, scale1, gate1, shift2, scale2, gate2] = this.chunks(condition);
      const { eps } = this;
      const attended = gatedAdd(x, gate1, attention(adaLN(x, scale1, shift1, { eps })));
      return gatedAdd(attended, gate2, mlp(adaLN(attended, scale2, shift2, { eps })));
    });
  }
}
