import type { Pair } from "../ops/check.js";
import { conv2d, scaledConv2d } from "../ops/conv/conv2d.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { isScalable } from "../ops/product/finite.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Convolution, type ConvolutionOptions } from "./convolution.js";
import { layerOptions } from "./layer-options.js";
import { convolutionRepr } from "./repr.js";

/** Options of `Conv2d`. A number stands for both sides. */
export type Conv2dOptions = ConvolutionOptions;

const rules: Rules<Conv2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  bias: "boolean",
  runtime: "Runtime",
};

/**
 * 2-D cross-correlation.
 * @shape x [N, inChannels, H, W] → [N, outChannels, H′, W′], H′ = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) /
 *   stride⌋ + 1
 * @throws RangeError for groups that do not divide the channels, input of other channels, and a kernel larger than the
 *   padded input
 * @source torch.nn.Conv2d
 */
export class Conv2d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Conv2dOptions = {},
  ) {
    const checked = layerOptions("Conv2d", options, rules);
    super(new.target.name, inChannels, outChannels, kernelSize, checked, false);
  }

  /** The weight that the convolution uses. Subclasses compute it from `weight`. */
  filters(): Tensor {
    return this.weight;
  }

  protected override extraRepr(): string[] {
    const [to, from] = this.weight.shape;
    return convolutionRepr(this, [from * this.groups, to]);
  }

  forward(x: Tensor): Tensor {
    return this.activated(x, null);
  }

  /** `forward`, then the activation. A ReLU runs in the same pass over memory. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    return this.asOne(() => {
      const { bias, stride, padding, dilation, groups } = this;
      return conv2d(x, this.filters(), { bias, stride, padding, dilation, groups, activation });
    });
  }

  /**
   * @internal For evaluation: the convolution without bias, times scale [outChannels], plus shift [outChannels], then
   * the activation. Records nothing for gradients. Returns null for another number of channels, and where weight·scale
   * would exceed float32.
   */
  scaled(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation | null): Tensor | null {
    const filters = this.filters();
    if (filters.shape[0] !== scale.size || !isScalable(filters, scale)) return null;
    const { stride, padding, dilation, groups } = this;
    const options = { bias: shift, stride, padding, dilation, groups, activation };
    return scaledConv2d(x, filters, scale, options);
  }
}
