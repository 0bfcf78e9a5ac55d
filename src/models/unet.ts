import { ReLU } from "../nn/activation.js";
import { Conv2d } from "../nn/conv.js";
import { ConvTranspose2d } from "../nn/conv-transpose.js";
import { checkNorm, createNorm, parseNorm } from "../nn/create-norm.js";
import type { LayerOptions } from "../nn/init.js";
import { Module } from "../nn/module.js";
import { ModuleList } from "../nn/module-list.js";
import { MaxPool2d } from "../nn/pooling.js";
import { Sequential } from "../nn/sequential.js";
import { checkInteger } from "../numbers.js";
import { concat } from "../ops/shape/concat.js";
import { checkOptions, type Rules } from "../options.js";
import { show } from "../shape.js";
import type { Tensor } from "../tensor.js";
import type { NormName } from "./norm-resnet.js";

/** Options of `UNet`. */
export interface UNetOptions extends LayerOptions {
  /** The channels of the input; 3 by default. */
  inChannels?: number;
  /** The channels of the output; 1 by default. */
  outChannels?: number;
  /** The channels at full, half, quarter, … resolution; [16, 32, 64] by default. */
  widths?: readonly number[];
  /** The norm behind each 3×3 convolution, a spec of `nn.createNorm`; "bn" by default. */
  norm?: NormName;
}

const rules: Rules<UNetOptions> = {
  inChannels: "number",
  outChannels: "number",
  widths: "Array",
  norm: "string",
  runtime: "Runtime",
};

/**
 * A small U-Net: at each resolution two 3×3 convolutions with norm and ReLU, down by max pooling, up again by
 * transposed convolutions, each joined with what the way down had at its resolution. The convolutions are padded.
 * @shape x [N, inChannels, H, W] → [N, outChannels, H, W]
 * @throws RangeError for an unknown norm or one that cannot have the channels, fewer than one width, and H or W that
 *   cannot be halved at every level
 * @source Ronneberger, Fischer, Brox 2015, arXiv 1505.04597
 */
export class UNet extends Module {
  readonly down: ModuleList;
  readonly pool = new MaxPool2d(2);
  readonly up: ModuleList;
  readonly decode: ModuleList;
  readonly head: Conv2d;

  constructor(options: UNetOptions = {}) {
    super();
    checkOptions("UNet", options, rules);
    const {
      inChannels = 3,
      outChannels = 1,
      widths = [16, 32, 64],
      norm = "bn",
      runtime,
    } = options;
    const spec = parseNorm(norm, "UNet");
    checkInteger("UNet", "inChannels", inChannels);
    checkInteger("UNet", "outChannels", outChannels);
    if (widths.length < 1) throw new RangeError("UNet: expected at least one width, got none");
    for (const width of widths) {
      checkInteger("UNet", "widths", width);
      checkNorm(spec, width, "UNet");
    }
    const double = (from: number, to: number) =>
      new Sequential(
        ...[from, to].flatMap((channels) => {
          const conv = new Conv2d(channels, to, 3, { padding: 1, bias: false, runtime });
          const layers = [conv, createNorm(spec, to, { conv, runtime })];
          return spec.method.activates ? layers : [...layers, new ReLU()];
        }),
      );
    const [down, up, decode, head] = this.asOne(() => {
      const ups = widths.slice(0, -1);
      return [
        new ModuleList(
          widths.map((width, i) => double(i === 0 ? inChannels : widths[i - 1], width)),
        ),
        new ModuleList(
          ups.map(
            (width, i) => new ConvTranspose2d(widths[i + 1], width, 2, { stride: 2, runtime }),
          ),
        ),
        new ModuleList(ups.map((width) => double(2 * width, width))),
        new Conv2d(widths[0], outChannels, 1, { runtime }),
      ] as const;
    });
    this.down = down;
    this.up = up;
    this.decode = decode;
    this.head = head;
  }

  forward(x: Tensor): Tensor {
    const levels = this.down.length - 1;
    const shape = x?.shape ?? []; // the first layer refuses what is no tensor
    if (shape.length === 4 && shape.slice(2).some((n) => n % 2 ** levels !== 0))
      throw new RangeError(
        `UNet: expected input of shape [N, C, H, W] with H and W divisible by ${2 ** levels}, got ${show(shape)}`,
      );
    return this.asOne(() => {
      const skips: Tensor[] = [];
      let y = x;
      for (const [i, level] of this.down.layers.entries()) {
        y = level.forward(i === 0 ? y : this.pool.forward(y));
        skips.push(y);
      }
      for (let i = levels - 1; i >= 0; i--) {
        const wide = this.up.layers[i].forward(y);
        y = this.decode.layers[i].forward(concat([skips[i], wide], 1));
      }
      return this.head.forward(y);
    });
  }
}
