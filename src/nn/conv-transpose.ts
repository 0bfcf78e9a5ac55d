import { checkInteger } from "../numbers.js";
import { type Pair, pairOf } from "../ops/check.js";
import { convTranspose2d } from "../ops/conv/conv-transpose2d.js";
import type { Activation } from "../ops/elementwise/activation.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { fanInOf, kaimingUniform, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { convolutionRepr } from "./repr.js";

export interface ConvTranspose2dOptions extends LayerOptions {
  stride?: number | Pair;
  padding?: number | Pair;
  outputPadding?: number | Pair;
  dilation?: number | Pair;
  groups?: number;
  bias?: boolean;
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

/** Transposed 2-D convolution: [N, inChannels, H, W] → [N, outChannels, H′, W′]. */
export class ConvTranspose2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: number | Pair;
  readonly padding: number | Pair;
  readonly outputPadding: number | Pair;
  readonly dilation: number | Pair;
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super();
    layerOptions("ConvTranspose2d", options, rules);
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = options;
    const { bias = true, runtime } = options;
    checkInteger("ConvTranspose2d", "inChannels", inChannels);
    checkInteger("ConvTranspose2d", "outChannels", outChannels);
    checkInteger("ConvTranspose2d", "groups", groups);
    pairOf("ConvTranspose2d", "stride", stride, 1);
    pairOf("ConvTranspose2d", "padding", padding, 0);
    pairOf("ConvTranspose2d", "outputPadding", outputPadding, 0);
    pairOf("ConvTranspose2d", "dilation", dilation, 1);
    if (inChannels % groups !== 0)
      throw new RangeError("ConvTranspose2d: in_channels must be divisible by groups");
    if (outChannels % groups !== 0)
      throw new RangeError("ConvTranspose2d: out_channels must be divisible by groups");
    const [kh, kw] = pairOf("ConvTranspose2d", "kernelSize", kernelSize, 1);
    pairOf("ConvTranspose2d", "stride", stride, 1);
    pairOf("ConvTranspose2d", "padding", padding, 0);
    pairOf("ConvTranspose2d", "dilation", dilation, 1);
    pairOf("ConvTranspose2d", "outputPadding", outputPadding, 0);
    const shape = [inChannels, outChannels / groups, kh, kw];
    this.weight = kaimingUniform(shape, fanInOf(shape), runtime);
    this.bias = bias ? kaimingUniform([outChannels], fanInOf(shape), runtime) : null;
    this.stride = stride;
    this.padding = padding;
    this.outputPadding = outputPadding;
    this.dilation = dilation;
    this.groups = groups;
  }

  protected override extraRepr(): string[] {
    const [from, to] = this.weight.shape;
    return convolutionRepr(this, [from, to * this.groups]);
  }

  forward(x: Tensor): Tensor {
    return this.activated(x, null);
  }

  /** With the activation that follows; ReLU in the same pass. */
  activated(x: Tensor, activation: Activation | null): Tensor {
    return this.asOne(() => {
      const { bias, stride, padding, outputPadding, dilation, groups } = this;
      const options = { bias, stride, padding, outputPadding, dilation, groups, activation };
      return convTranspose2d(x, this.weight, options);
    });
  }
}
