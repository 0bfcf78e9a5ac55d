import { checkInteger } from "../numbers.js";
import type { Layout, LayoutOptions } from "../ops/norm/layout.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** The first value of every element of a tensor; null if the layer does without that tensor. */
export interface AffineStart {
  weight?: number | null;
  bias?: number | null;
}

/** The weight starts at 1 and the bias at 0; a layer that is not affine has neither. */
export const affineStart = (affine: boolean): AffineStart =>
  affine ? {} : { weight: null, bias: null };

export interface AffineNormOptions extends LayerOptions, LayoutOptions {
  eps: number;
}

/** Base of the norms that have a scale and a shift of each channel. */
export abstract class AffineNorm<
  Weight extends Tensor | null = Tensor,
  Bias extends Tensor | null = Weight,
> extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Weight;
  readonly bias: Bias;

  /**
   * `lengths` holds the lengths of weight and bias, from the last axis (the channels) to the first. Its keys are the
   * names of the layer's arguments, for the messages of refusals.
   */
  constructor(
    lengths: Readonly<Record<string, number>>,
    { eps, layout = "nchw", runtime }: AffineNormOptions,
    { weight = 1, bias = 0 }: AffineStart = {},
  ) {
    super();
    for (const [name, length] of Object.entries(lengths))
      checkInteger(this.constructor.name, name, length);
    const shape = Object.values(lengths).reverse();
    const made = (start: number | null) =>
      start === null ? null : constant(shape, start, runtime);
    this.eps = eps;
    this.layout = layout;
    this.weight = made(weight) as Weight;
    this.bias = made(bias) as Bias;
  }

  /** Throws RangeError if the input has other channels than the layer was made for. */
  protected checkInput(x: Tensor): void {
    checkChannels(this, x, this.weight?.shape.at(-1), this.layout);
  }

  /** `String(layer)` shows the layout as the last setting. */
  protected override extraRepr(): string[] {
    const [eps, layout, ...own] = super.extraRepr();
    return [eps, ...own, layout];
  }
}
