import { ReLU } from "../nn/activation.js";
import { Conv2d } from "../nn/conv.js";
import { checkNorm, createNorm, parseNorm } from "../nn/create-norm.js";
import { Flatten } from "../nn/flatten.js";
import type { LayerOptions } from "../nn/init.js";
import { Linear } from "../nn/linear.js";
import { Module } from "../nn/module.js";
import { AdaptiveAvgPool2d } from "../nn/pooling.js";
import { Sequential } from "../nn/sequential.js";
import { checkInteger } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";

/** A spec of `nn.createNorm`: "bn", "ln" (GroupNorm(1, C)), "in", "gn" (GroupNorm(4, C)), "gn:8+ws", "frn", … */
export type NormName = string;

/** Options of `NormResNet`. */
export interface NormResNetOptions extends LayerOptions {
  /** The norm behind each convolution, a spec of `nn.createNorm`. */
  norm: NormName;
  /** The channels of the first block; 64 by default. The other blocks have 2, 4 and 8 times as many. */
  width?: number;
  /** The channels of the four blocks, instead of `width`. */
  widths?: readonly [number, number, number, number];
  /** The length of the output; 10 by default. */
  numClasses?: number;
}

const rules: Rules<NormResNetOptions> = {
  norm: "string",
  width: "number",
  widths: "Array",
  numClasses: "number",
  runtime: "Runtime",
};

/**
 * Four blocks of 3×3 convolution, norm and ReLU, the last three with stride 2, then average pooling and a linear layer.
 * A norm with its own activation gets no ReLU.
 * @shape x [N, 3, H, W] → [N, numClasses]
 * @throws RangeError for an unknown norm, and for a number of channels that the norm refuses
 */
export class NormResNet extends Module {
  readonly model: Sequential;

  constructor(options: NormResNetOptions) {
    super();
    checkOptions("NormResNet", options, rules);
    const { norm, width = 64, widths, numClasses = 10, runtime } = options;
    const spec = parseNorm(norm, "NormResNet");
    checkInteger("NormResNet", "width", width);
    checkInteger("NormResNet", "numClasses", numClasses, 0);
    const channels = widths ?? [1, 2, 4, 8].map((times) => times * width);
    if (channels.length !== 4)
      throw new RangeError(`NormResNet: expected 4 widths, got ${channels.length}`);
    for (const count of channels) checkNorm(spec, count, "NormResNet");
    this.model = this.asOne(() => {
      // The convolutions are made before the norms, some of which draw random numbers: the same seed gives the same
      // convolutions with every norm.
      const convs = channels.map(
        (out, index) =>
          new Conv2d(index === 0 ? 3 : channels[index - 1], out, 3, {
            stride: index === 0 ? 1 : 2,
            padding: 1,
            bias: false,
            runtime,
          }),
      );
      const classifier = new Linear(channels[3], numClasses, { runtime });
      const blocks = convs.map((conv, index) => {
        const layers = [conv, createNorm(spec, channels[index], { conv, runtime })];
        return new Sequential(...layers, ...(spec.method.activates ? [] : [new ReLU()]));
      });
      return new Sequential(...blocks, new AdaptiveAvgPool2d(1), new Flatten(), classifier);
    });
  }

  /** The four blocks of convolution, norm and ReLU. */
  get blocks(): Module[] {
    return this.model.layers.slice(0, 4);
  }

  forward(x: Tensor): Tensor {
    return this.model.forward(x);
  }
}
