import { ReLU } from "../nn/activation.js";
import { Conv2d } from "../nn/conv.js";
import { ConvTranspose2d } from "../nn/conv-transpose.js";
import { checkNorm, createNorm, parseNorm } from "../nn/create-norm.js";
import { Identity } from "../nn/identity.js";
import type { LayerOptions } from "../nn/init.js";
import { Module } from "../nn/module.js";
import { Sequential } from "../nn/sequential.js";
import { checkInteger } from "../numbers.js";
import { add } from "../ops/elementwise/add.js";
import { tanh } from "../ops/elementwise/tanh.js";
import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";

/** Options of `StyleTransferNet`. */
export interface StyleTransferNetOptions extends LayerOptions {
  /** The number of channels at full, half and quarter resolution; 32, 64 and 128 by default. */
  widths?: readonly [number, number, number];
  /** The number of blocks at quarter resolution; 5 by default. */
  residualBlocks?: number;
  /** A spec of `nn.createNorm`, but no method for weights; "in" by default. */
  norm?: string;
}

/** x + conv–norm–ReLU–conv–norm of x, with 3×3 filters: [N, C, H, W] → [N, C, H, W]. */
class ResidualBlock extends Module {
  readonly block: Sequential;

  constructor(...layers: Module[]) {
    super();
    this.block = new Sequential(...layers);
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      return add(x, this.block.forward(x));
    });
  }
}

const rules: Rules<StyleTransferNetOptions> = {
  widths: "Array",
  residualBlocks: "number",
  norm: "string",
  runtime: "Runtime",
};

/**
 * The image transformation net of Johnson et al. with instance norm, zero padding and transposed convolutions. Its
 * output is between −1 and 1. H and W are rounded up to a multiple of 4.
 * @shape x [N, 3, H, W] → [N, 3, H, W]
 * @throws RangeError for an unknown norm, and for a number of channels that the norm refuses
 * @source Johnson, Alahi, Fei-Fei 2016, arXiv 1603.08155; Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022
 */
export class StyleTransferNet extends Module {
  readonly downsample: Sequential;
  readonly residual: Sequential;
  readonly upsample: Sequential;

  constructor(options: StyleTransferNetOptions = {}) {
    super();
    checkOptions("StyleTransferNet", options, rules);
    const { residualBlocks = 5, norm = "in", runtime } = options;
    const widths = options.widths ?? [32, 64, 128];
    if (widths.length !== 3)
      throw new RangeError(`StyleTransferNet: expected 3 widths, got ${widths.length}`);
    const [full, half, quarter] = widths;
    const spec = parseNorm(norm, "StyleTransferNet");
    if (spec.weights)
      throw new RangeError(`StyleTransferNet: expected a norm without "${spec.weights.name}"`);
    for (const channels of widths) checkNorm(spec, channels, "StyleTransferNet");
    checkInteger("StyleTransferNet", "residualBlocks", residualBlocks, 0);
    const normOf = (channels: number) => createNorm(spec, channels, { runtime });
    const relu = () => (spec.method.activates ? new Identity() : new ReLU());
    const conv = (from: number, to: number, size: number, stride = 1) =>
      new Conv2d(from, to, size, { stride, padding: (size - 1) / 2, runtime });
    const up = (from: number, to: number) =>
      new ConvTranspose2d(from, to, 3, { stride: 2, padding: 1, outputPadding: 1, runtime });
    const residual = () => {
      const [first, second] = [0, 1].map(() => [conv(quarter, quarter, 3), normOf(quarter)]);
      return new ResidualBlock(...first, relu(), ...second);
    };
    [this.downsample, this.residual, this.upsample] = this.asOne(() => [
      new Sequential(
        ...[conv(3, full, 9), normOf(full), relu()],
        ...[conv(full, half, 3, 2), normOf(half), relu()],
        ...[conv(half, quarter, 3, 2), normOf(quarter), relu()],
      ),
      new Sequential(...Array.from({ length: residualBlocks }, residual)),
      new Sequential(
        ...[up(quarter, half), normOf(half), relu()],
        ...[up(half, full), normOf(full), relu()],
        conv(full, 3, 9),
      ),
    ]);
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      return tanh(this.upsample.forward(this.residual.forward(this.downsample.forward(x))));
    });
  }
}
