import { type GELUOptions, gelu } from "../ops/elementwise/gelu.js";
import { relu } from "../ops/elementwise/relu.js";
import { sigmoid } from "../ops/elementwise/sigmoid.js";
import { silu } from "../ops/elementwise/silu.js";
import { tanh } from "../ops/elementwise/tanh.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

/** Base of the activations without options. It refuses all options, such as PyTorch's `inplace`. */
abstract class Plain extends Module {
  constructor(options: Record<string, never> = {}) {
    super();
    layerOptions<object>(new.target.name, options, {});
  }
}

/** max(x, 0) of each element, for any shape. */
export class ReLU extends Plain {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

const rules: Rules<GELUOptions> = { approximate: ["none", "tanh"] };

/** x·Φ(x) of each element, for any shape. `approximate: "tanh"` is the approximation that GPT-2 uses. */
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

/** x/(1 + e^−x) of each element, for any shape. */
export class SiLU extends Plain {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** 1/(1 + e^−x) of each element, for any shape. */
export class Sigmoid extends Plain {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent of each element, for any shape. */
export class Tanh extends Plain {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
