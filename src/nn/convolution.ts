import { checkInteger } from "../numbers.js";
import { type Pair, pairOf } from "../ops/check.js";
import type { Tensor } from "../tensor.js";
import { fanInOf, kaimingUniform, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** Options of the layers that convolve. A number stands for both sides. */
export interface ConvolutionOptions extends LayerOptions {
  /** The step from one window to the next, in pixels; 1 by default. */
  stride?: number | Pair;
  /** Zeros at each border, in pixels; 0 by default. */
  padding?: number | Pair;
  /** The distance between neighbouring elements of the kernel, in pixels; 1 by default. */
  dilation?: number | Pair;
  /** Into how many parts, without links between them, the channels are divided; 1 by default. */
  groups?: number;
  /** Whether the layer has a bias; true by default. */
  bias?: boolean;
}

/** Base of the convolution and the transposed convolution. */
export abstract class Convolution extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: number | Pair;
  readonly padding: number | Pair;
  readonly dilation: number | Pair;
  readonly groups: number;

  /** The weight is [to, from / groups, kh, kw]. When transposed, `to` is inChannels and `from` is outChannels. */
  constructor(
    name: string,
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvolutionOptions,
    transposed: boolean,
  ) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, runtime } = options;
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
    const [to, from] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const shape = [to, from / groups, ...pairOf(name, "kernelSize", kernelSize, 1)];
    this.weight = kaimingUniform(shape, fanInOf(shape), runtime);
    this.bias = bias ? kaimingUniform([outChannels], fanInOf(shape), runtime) : null;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;
  }
}
