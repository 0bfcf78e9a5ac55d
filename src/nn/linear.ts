import { checkInteger } from "../numbers.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { linear } from "../ops/product/linear.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { kaimingUniform, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { named } from "./repr.js";

/** Options of `Linear`. */
export interface LinearOptions extends LayerOptions {
  /** Whether the layer has a bias; true by default. */
  bias?: boolean;
}

const rules: Rules<LinearOptions> = { bias: "boolean", runtime: "Runtime" };

/**
 * y = x·Wᵀ + b.
 * @shape x [..., inFeatures] → [..., outFeatures]
 * @throws RangeError for input of other features, and sizes that are no integers ≥ 0
 * @source torch.nn.Linear
 */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true, runtime } = layerOptions("Linear", options, rules);
    checkInteger("Linear", "inFeatures", inFeatures, 0);
    checkInteger("Linear", "outFeatures", outFeatures, 0);
    this.weight = kaimingUniform([outFeatures, inFeatures], inFeatures, runtime);
    this.bias = bias ? kaimingUniform([outFeatures], inFeatures, runtime) : null;
  }

  protected override extraRepr(): string[] {
    const [outFeatures, inFeatures] = this.weight.shape;
    return named({ inFeatures, outFeatures, bias: this.bias !== null });
  }

  forward(x: Tensor): Tensor {
    return this.activated(x, null);
  }

  /** `forward`, then the activation. A ReLU runs in the same pass over memory. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    return this.asOne(() => {
      return linear(x, this.weight, this.bias, { activation });
    });
  }
}
