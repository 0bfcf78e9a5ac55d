import { checkTensor, type Pair } from "../ops/check.js";
import type { AnyConvOptions } from "../ops/conv/conv-nd.js";
import { type Padding, paddingOf, type Single, type Triple } from "../ops/conv/conv-options.js";
import { conv1d } from "../ops/conv/conv1d.js";
import { type Conv2dOptions as Conv2dOp, conv2d, scaledConv2d } from "../ops/conv/conv2d.js";
import { conv3d } from "../ops/conv/conv3d.js";
import { pad } from "../ops/conv/pad.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { isScalable } from "../ops/product/finite.js";
import { type Tensor, tidy } from "../tensor.js";
import {
  Convolution,
  type ConvolutionOptions,
  convLayerRules,
  type PaddingMode,
} from "./convolution.js";

export type { PaddingMode } from "./convolution.js";

import { layerOptions } from "./layer-options.js";
import { convolutionRepr } from "./repr.js";

/** Options of `Conv2d`, and with other sides of `Conv1d` and `Conv3d`. A number stands for all sides. */
export interface Conv2dOptions<S = Pair> extends Omit<ConvolutionOptions<S>, "padding"> {
  /** Pixels around the image: a number, one for each side, [before, behind] of each axis, or "same"; 0 by default. */
  padding?: Padding<S>;
  /** What stands in the padding; "zeros" by default. */
  paddingMode?: PaddingMode;
}
/** Options of `Conv1d`. */
export type Conv1dOptions = Conv2dOptions<Single>;
/** Options of `Conv3d`. */
export type Conv3dOptions = Conv2dOptions<Triple>;

/** What the convolutions of one, two and three axes share. */
abstract class Forward<S extends readonly number[]> extends Convolution<S> {
  readonly padding: Padding<S>;
  readonly paddingMode: PaddingMode;

  constructor(
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: number | S,
    options: Conv2dOptions<S>,
  ) {
    const { name } = new.target;
    const { padding = 0, paddingMode = "zeros" } = layerOptions<object>(
      name,
      options,
      convLayerRules,
    ) as Conv2dOptions<S>;
    const ones = new Array(dims).fill(1);
    paddingOf(name, padding, { image: ones, kernel: ones, stride: ones, dilation: ones });
    super(dims, inChannels, outChannels, kernelSize, options, false);
    this.padding = padding;
    this.paddingMode = paddingMode;
  }

  /** The operation. */
  protected abstract convolve(x: Tensor, weight: Tensor, options: AnyConvOptions): Tensor;

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
      const { bias, stride, dilation, groups, layout } = this;
      const own = { bias, stride, dilation, groups, layout, activation };
      if (this.paddingMode === "zeros")
        return this.convolve(x, this.filters(), { ...own, padding: this.padding });
      return tidy(() => this.convolve(this.framed(x), this.filters(), own));
    });
  }

  /**
   * @internal For evaluation: the convolution without bias, times scale [outChannels], plus shift [outChannels], then
   * the activation. Records nothing for gradients. Returns null for another number of channels or axes, for channels
   * that are last, and where weight·scale would exceed float32.
   */
  scaled(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation | null): Tensor | null {
    if (this.layout === "nhwc" || this.weight.shape.length !== 4 || x.shape.length !== 4)
      return null;
    const filters = this.filters();
    if (filters.shape[0] !== scale.size || !isScalable(filters, scale)) return null;
    const { stride, dilation, groups, paddingMode } = this;
    const padding = (paddingMode === "zeros" ? this.padding : 0) as Padding;
    const options = { bias: shift, stride, padding, dilation, groups, activation } as Conv2dOp;
    if (paddingMode === "zeros") return scaledConv2d(x, filters, scale, options);
    return tidy(() => scaledConv2d(this.framed(x), filters, scale, options));
  }

  /** x with its padding around it, where that is no zeros. */
  private framed(x: Tensor): Tensor {
    checkTensor(this.constructor.name, "input", x);
    const { paddingMode, layout, weight, stride, dilation } = this;
    const kernel = weight.shape.slice(2);
    const dims = kernel.length;
    const last = layout === "nhwc";
    const all = (of: number | S) => (typeof of === "number" ? new Array(dims).fill(of) : of);
    const image = x.shape.slice(0, last ? -1 : undefined).slice(-dims);
    // another number of axes is refused by the operation
    if (paddingMode === "zeros" || ![dims + 1, dims + 2].includes(x.shape.length)) return x;
    const geometry = { image, kernel, stride: all(stride), dilation: all(dilation) };
    const sides = paddingOf(this.constructor.name, this.padding, geometry).toReversed().flat();
    return pad(x, last ? [0, 0, ...sides] : sides, { mode: paddingMode });
  }
}

/**
 * 2-D cross-correlation.
 * @shape x [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H′, W′],
 *   H′ = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for groups that do not divide the channels, input of other channels, and a kernel larger than the
 *   padded input
 * @source torch.nn.Conv2d
 */
export class Conv2d extends Forward<Pair> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Conv2dOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  protected convolve(x: Tensor, weight: Tensor, options: AnyConvOptions): Tensor {
    return conv2d(x, weight, options as never);
  }
}

/**
 * 1-D cross-correlation.
 * @shape x [N, inChannels, L] or [inChannels, L] → [N, outChannels, L′], L′ as Conv2d's H′
 * @throws RangeError as Conv2d
 * @source torch.nn.Conv1d
 */
export class Conv1d extends Forward<Single> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Single,
    options: Conv1dOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  protected convolve(x: Tensor, weight: Tensor, options: AnyConvOptions): Tensor {
    return conv1d(x, weight, options as never);
  }
}

/**
 * 3-D cross-correlation.
 * @shape x [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D′, H′, W′], each as Conv2d's H′
 * @throws RangeError as Conv2d
 * @source torch.nn.Conv3d
 */
export class Conv3d extends Forward<Triple> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Triple,
    options: Conv3dOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  protected convolve(x: Tensor, weight: Tensor, options: AnyConvOptions): Tensor {
    return conv3d(x, weight, options as never);
  }
}
