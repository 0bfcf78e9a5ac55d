import { checkInteger } from "../numbers.js";
import type { Layout, LayoutOptions } from "../ops/norm/layout.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** What every element of a tensor is at first; null: the layer does without that tensor. */
export interface AffineStart {
  weight?: number | null;
  bias?: number | null;
}

/** Ones and zeros, or no tensors. */
export const affineStart = (affine: boolean): AffineStart =>
  affine ? {} : { weight: null, bias: null };

export interface AffineNormOptions extends LayerOptions, LayoutOptions {
  eps: number;
}

/** Base of the norms that have a scale and a shift of each channel: it sets up what all of them have. */
export abstract class AffineNorm<
  Weight extends Tensor | null = Tensor,
  Bias extends Tensor | null = Weight,
> extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Weight;
  readonly bias: Bias;

  /**
   * `lengths`: the shape of weight and bias from the last axis to the first, by the names that refusals give the arguments of the
   * layer. The channels come first.
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

  /** Refuses input of other channels than the layer was made for. */
  protected checkInput(x: Tensor): void {
    checkChannels(this, x, this.weight?.shape.at(-1), this.layout);
  }

  /** The layout is the last of the settings. */
  protected override extraRepr(): string[] {
    const [eps, layout, ...own] = super.extraRepr();
    return [eps, ...own, layout];
  }
}
