import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  GroupNorm,
  InstanceNorm2d,
  type LayerOptions,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.js";
import type { Tensor } from "../tensor.js";

/** The norms NormResNet is compared under, each made for a number of channels. */
const norms = {
  bn: (channels: number, options: LayerOptions) => new BatchNorm2d(channels, options),
  ln: (channels: number, options: LayerOptions) => new GroupNorm(1, channels, options),
  in: (channels: number, options: LayerOptions) => new InstanceNorm2d(channels, options),
  gn: (channels: number, options: LayerOptions) => new GroupNorm(4, channels, options),
} as const;

export type NormName = keyof typeof norms;
export const normNames = Object.keys(norms) as NormName[];

export interface NormResNetOptions extends LayerOptions {
  norm: NormName;
  /** Channels of the first block; the others have 2, 4 and 8 times as many. */
  width?: number;
  /** Channels of the four blocks, in place of `width`. */
  widths?: readonly [number, number, number, number];
  numClasses?: number;
}

/**
 * Four blocks of 3×3 convolution, norm and ReLU, the last three with stride 2, then average pooling and a linear layer:
 * [N, 3, H, W] → [N, numClasses]. Throws RangeError for an unknown norm.
 */
export class NormResNet extends Module {
  readonly model: Sequential;

  constructor({ norm, width = 64, widths, numClasses = 10, runtime }: NormResNetOptions) {
    super();
    if (!Object.hasOwn(norms, norm)) {
      throw new RangeError(`NormResNet: unknown norm "${norm}"; known: ${normNames.join(", ")}`);
    }
    const channels = widths ?? [width, 2 * width, 4 * width, 8 * width];
    const block = (index: number) =>
      new Sequential(
        new Conv2d(index === 0 ? 3 : channels[index - 1], channels[index], 3, {
          stride: index === 0 ? 1 : 2,
          padding: 1,
          bias: false,
          runtime,
        }),
        norms[norm](channels[index], { runtime }),
        new ReLU(),
      );
    this.model = new Sequential(
      ...[0, 1, 2, 3].map(block),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new Linear(channels[3], numClasses, { runtime }),
    );
  }

  forward(x: Tensor): Tensor {
    return this.model.forward(x);
  }
}
