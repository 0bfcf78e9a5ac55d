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
