import { type Pair, sidesOf } from "../ops/check.js";
import type { Single, Triple } from "../ops/conv/conv-options.js";
import type { ConvTransposeOptions } from "../ops/conv/conv-transpose-nd.js";
import { convTranspose1d } from "../ops/conv/conv-transpose1d.js";
import { convTranspose2d } from "../ops/conv/conv-transpose2d.js";
import { convTranspose3d } from "../ops/conv/conv-transpose3d.js";
import type { Activation } from "../ops/elementwise/activation.js";
import { layouts } from "../ops/shape/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Convolution, type ConvolutionOptions } from "./convolution.js";
import { layerOptions } from "./layer-options.js";
import { convolutionRepr } from "./repr.js";

/** Options of `ConvTranspose2d`, and with other sides of the others. A number stands for all sides. */
export interface ConvTranspose2dOptions<S = Pair> extends ConvolutionOptions<S> {
  /** More pixels at the end of each axis; 0 by default. */
  outputPadding?: number | S;
}
/** Options of `ConvTranspose1d`. */
export type ConvTranspose1dOptions = ConvTranspose2dOptions<Single>;
/** Options of `ConvTranspose3d`. */
export type ConvTranspose3dOptions = ConvTranspose2dOptions<Triple>;

const rules: Rules<ConvTranspose2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  outputPadding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  bias: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/** What the transposed convolutions of one, two and three axes share. */
abstract class Transposed<S extends readonly number[]> extends Convolution<S> {
  readonly padding: number | S;
  readonly outputPadding: number | S;

  constructor(
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: number | S,
    options: ConvTranspose2dOptions<S>,
  ) {
    const { name } = new.target;
    const { padding = 0, outputPadding = 0 } = layerOptions<object>(
      name,
      options,
      rules,
    ) as ConvTranspose2dOptions<S>;
    sidesOf(name, "padding", padding, 0, dims);
    sidesOf(name, "outputPadding", outputPadding, 0, dims);
    super(dims, inChannels, outChannels, kernelSize, options, true);
    this.padding = padding;
    this.outputPadding = outputPadding;
  }

  /** The operation. */
  protected abstract transpose(x: Tensor, weight: Tensor, options: ConvTransposeOptions<S>): Tensor;

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
      const { bias, stride, padding, outputPadding, dilation, groups, layout } = this;
      const sizes = { stride, padding, outputPadding, dilation, groups };
      return this.transpose(x, this.weight, { bias, ...sizes, layout, activation });
    });
  }
}

/**
 * Transposed 2-D convolution.
 * @shape x [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H′, W′],
 *   H′ = (H − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1
 * @throws RangeError for groups that do not divide the channels, input of other channels, outputPadding neither below
 *   stride nor dilation, and an empty output
 * @source torch.nn.ConvTranspose2d
 */
export class ConvTranspose2d extends Transposed<Pair> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  protected transpose(x: Tensor, weight: Tensor, options: ConvTransposeOptions<Pair>): Tensor {
    return convTranspose2d(x, weight, options);
  }
}

/**
 * Transposed 1-D convolution.
 * @shape x [N, inChannels, L] or [inChannels, L] → [N, outChannels, L′], L′ as ConvTranspose2d's H′
 * @throws RangeError as ConvTranspose2d
 * @source torch.nn.ConvTranspose1d
 */
export class ConvTranspose1d extends Transposed<Single> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Single,
    options: ConvTranspose1dOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  protected transpose(x: Tensor, weight: Tensor, options: ConvTransposeOptions<Single>): Tensor {
    return convTranspose1d(x, weight, options);
  }
}

/**
 * Transposed 3-D convolution.
 * @shape x [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D′, H′, W′], as ConvTranspose2d's H′
 * @throws RangeError as ConvTranspose2d
 * @source torch.nn.ConvTranspose3d
 */
export class ConvTranspose3d extends Transposed<Triple> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Triple,
    options: ConvTranspose3dOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  protected transpose(x: Tensor, weight: Tensor, options: ConvTransposeOptions<Triple>): Tensor {
    return convTranspose3d(x, weight, options);
  }
}
