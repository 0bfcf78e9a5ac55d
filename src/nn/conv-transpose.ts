import { type Pair, pairOf } from "../ops/check.js";
import { convTranspose2d } from "../ops/conv/conv-transpose2d.js";
import type { Activation } from "../ops/elementwise/activation.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Convolution, type ConvolutionOptions } from "./convolution.js";
import { layerOptions } from "./layer-options.js";
import { convolutionRepr } from "./repr.js";

/** Options of `ConvTranspose2d`. A number stands for both sides. */
export interface ConvTranspose2dOptions extends ConvolutionOptions {
  /** More rows and columns at the bottom and the right; 0 by default. */
  outputPadding?: number | Pair;
}

const rules: Rules<ConvTranspose2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  outputPadding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  bias: "boolean",
  runtime: "Runtime",
};

/**
 * Transposed 2-D convolution.
 * @shape x [N, inChannels, H, W] → [N, outChannels, H′, W′],
 *   H′ = (H − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1
 * @throws RangeError for groups that do not divide the channels, input of other channels, outputPadding neither below
 *   stride nor dilation, and an empty output
 * @source torch.nn.ConvTranspose2d
 */
export class ConvTranspose2d extends Convolution {
  readonly outputPadding: number | Pair;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    const { outputPadding = 0 } = layerOptions("ConvTranspose2d", options, rules);
    pairOf("ConvTranspose2d", "outputPadding", outputPadding, 0);
    super("ConvTranspose2d", inChannels, outChannels, kernelSize, options, true);
    this.outputPadding = outputPadding;
  }

  protected override extraRepr(): string[] {
    const [from, to] = this.weight.shape;
    return convolutionRepr(this, [from, to * this.groups]);
  }

  forward(x: Tensor): Tensor {
    return this.activated(x, null);
  }

  /** `forward`, then the activation. A ReLU runs in the same pass over memory. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    return this.asOne(() => {
      const { bias, stride, padding, outputPadding, dilation, groups } = this;
      const options = { bias, stride, padding, outputPadding, dilation, groups, activation };
      return convTranspose2d(x, this.weight, options);
    });
  }
}
