import { checkInteger } from "../numbers.js";
import { type Pair, sidesOf } from "../ops/check.js";
import type { PadMode } from "../ops/conv/pad.js";
import { type Layout, layouts } from "../ops/shape/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { fanInOf, kaimingUniform, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** Options of the layers that convolve. A number stands for all sides. */
export interface ConvolutionOptions<S = Pair> extends LayerOptions {
  /** The step from one window to the next, in pixels; 1 by default. */
  stride?: number | S;
  /** Zeros at each border, in pixels; 0 by default. */
  padding?: number | S;
  /** The distance between neighbouring elements of the kernel, in pixels; 1 by default. */
  dilation?: number | S;
  /** Into how many parts, without links between them, the channels are divided; 1 by default. */
  groups?: number;
  /** Whether the layer has a bias; true by default. */
  bias?: boolean;
  /** Where the channels of input and output are: the second axis ("nchw", the default) or the last ("nhwc"). */
  layout?: Layout;
}

/** What stands in the padding: see `pad`. */
export type PaddingMode = "zeros" | Exclude<PadMode, "constant">;

/** The options of every convolution that is not transposed. */
export const convLayerRules: Rules<
  Required<ConvolutionOptions> & { paddingMode: PaddingMode; padding: unknown }
> = {
  stride: "Array|number",
  padding: "Array|number|string",
  dilation: "Array|number",
  groups: "number",
  bias: "boolean",
  layout: layouts,
  paddingMode: ["zeros", "reflect", "replicate", "circular"],
  runtime: "Runtime",
};

/** Base of the convolutions and the transposed convolutions, of kernels with sides S. */
export abstract class Convolution<S extends readonly number[] = Pair> extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: number | S;
  readonly dilation: number | S;
  readonly groups: number;
  readonly layout: Layout;

  /** The weight is [to, from / groups, ...kernel]. When transposed, `to` is inChannels and `from` is outChannels. */
  constructor(
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: number | S,
    options: Omit<ConvolutionOptions<S>, "padding">,
    transposed: boolean,
  ) {
    super();
    const { name } = new.target;
    const { stride = 1, dilation = 1, groups = 1, bias = true, runtime, layout } = options;
    checkInteger(name, "inChannels", inChannels);
    checkInteger(name, "outChannels", outChannels);
    checkInteger(name, "groups", groups);
    sidesOf(name, "stride", stride, 1, dims);
    sidesOf(name, "dilation", dilation, 1, dims);
    if (inChannels % groups !== 0)
      throw new RangeError(`${name}: in_channels must be divisible by groups`);
    if (outChannels % groups !== 0)
      throw new RangeError(`${name}: out_channels must be divisible by groups`);
    const [to, from] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const shape = [to, from / groups, ...sidesOf(name, "kernelSize", kernelSize, 1, dims)];
    this.weight = kaimingUniform(shape, fanInOf(shape), runtime);
    this.bias = bias ? kaimingUniform([outChannels], fanInOf(shape), runtime) : null;
    this.stride = stride;
    this.dilation = dilation;
    this.groups = groups;
    this.layout = layout ?? "nchw";
  }
}
