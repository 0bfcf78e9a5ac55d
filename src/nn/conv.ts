import { checkInteger } from "../numbers.js";
import { type Pair, pairOf } from "../ops/check.js";
import { conv2d, scaledConv2d } from "../ops/conv/conv2d.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { isScalable } from "../ops/product/finite.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { fanInOf, kaimingUniform, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { convolutionRepr } from "./repr.js";

export interface Conv2dOptions extends LayerOptions {
  stride?: number | Pair;
  padding?: number | Pair;
  dilation?: number | Pair;
  groups?: number;
  bias?: boolean;
}

const rules: Rules<Conv2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  bias: "boolean",
  runtime: "Runtime",
};

/** 2-D cross-correlation: [N, inChannels, H, W] → [N, outChannels, H′, W′]. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: number | Pair;
  readonly padding: number | Pair;
  readonly dilation: number | Pair;
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Conv2dOptions = {},
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
      runtime,
    } = layerOptions("Conv2d", options, rules);
    const { name } = new.target;
    checkInteger(name, "inChannels", inChannels);
    checkInteger(name, "outChannels", outChannels);
    checkInteger(name, "groups", groups);
    pairOf(name, "stride", stride, 1);
    pairOf(name, "padding", padding, 0);
    pairOf(name, "dilation", dilation, 1);
    if (inChannels % groups !== 0)
      throw new RangeError(`${name}: in_channels must be divisible by groups`);
    if (outChannels % groups !== 0)
      throw new RangeError(`${name}: out_channels must be divisible by groups`);
    const [kh, kw] = pairOf(name, "kernelSize", kernelSize, 1);
    pairOf(name, "stride", stride, 1);
    pairOf(name, "padding", padding, 0);
    pairOf(name, "dilation", dilation, 1);
    const shape = [outChannels, inChannels / groups, kh, kw];
    this.weight = kaimingUniform(shape, fanInOf(shape), runtime);
    this.bias = bias ? kaimingUniform([outChannels], fanInOf(shape), runtime) : null;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;
  }

  /** The weight as the convolution uses it. */
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

  /** With the activation that follows; ReLU in the same pass. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    return this.asOne(() => {
      const { bias, stride, padding, dilation, groups } = this;
      return conv2d(x, this.filters(), { bias, stride, padding, dilation, groups, activation });
    });
  }

  /**
   * @internal In evaluation: the convolution without bias, times scale plus shift [outChannels], and the activation; nothing is recorded.
   * Null for other channels, and where weight·scale would leave float32.
   */
  scaled(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation | null): Tensor | null {
    const filters = this.filters();
    if (filters.shape[0] !== scale.size || !isScalable(filters, scale)) return null;
    const { stride, padding, dilation, groups } = this;
    const options = { bias: shift, stride, padding, dilation, groups, activation };
    return scaledConv2d(x, filters, scale, options);
  }
}
