import { record } from "../autograd.js";
import { empty, show, type Tensor } from "../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "./check.js";
import { convBiasGradient, convForward, convInputGradient, convWeightGradient } from "./conv.js";
import type { ConvShape, Pair } from "./conv-plan.js";

export interface Conv2dOptions {
  /** [out channels] */
  bias?: Tensor | null;
  stride?: number | Pair;
  padding?: number | Pair;
  dilation?: number | Pair;
  groups?: number;
}

/**
 * 2-D cross-correlation of x [N, C, H, W] with weight [O, C / groups, kh, kw] → [N, O, H', W'] with
 * H' = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1. Throws RangeError when the channels do not fit the weight, groups do
 * not divide them, or the kernel is larger than the padded input.
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias } = options;
  const conv = checkConv(x, weight, options);
  const y = empty(x.runtime, [conv.images, weight.shape[0], ...conv.output]);
  convForward(conv, y, x, weight, bias);
  return record("conv2d", y, [x, weight, bias], [x, weight], (dy, [x, weight], needs) => {
    const [dx, dWeight, dBias] = [x.shape, weight.shape, [weight.shape[0]]].map((shape, i) =>
      needs[i] ? empty(dy.runtime, shape) : null,
    );
    if (dx) convInputGradient(conv, dx, dy, weight);
    if (dWeight) convWeightGradient(conv, dWeight, dy, x);
    if (dBias) convBiasGradient(dBias, dy);
    return [dx, dWeight, dBias];
  });
}

/** All sizes of a convolution, or the error PyTorch would give. */
function checkConv(x: Tensor, weight: Tensor, options: Conv2dOptions): ConvShape {
  const { bias, groups = 1 } = options;
  checkTensor("conv2d", "input", x);
  checkTensor("conv2d", "weight", weight);
  if (x.shape.length !== 4)
    throw new RangeError(`conv2d: expected input of shape [N, C, H, W], got ${show(x.shape)}`);
  if (weight.shape.length !== 4) {
    throw new RangeError(
      `conv2d: expected weight of shape [out, in / groups, kh, kw], got ${show(weight.shape)}`,
    );
  }
  const [images, allChannels, height, width] = x.shape;
  const [allRows, channels, kernelHeight, kernelWidth] = weight.shape;
  const stride = pair("stride", options.stride ?? 1, 1);
  const padding = pair("padding", options.padding ?? 0, 0);
  const dilation = pair("dilation", options.dilation ?? 1, 1);
  if (!Number.isInteger(groups) || groups < 1)
    throw new RangeError(`conv2d: expected groups to be a positive integer, got ${groups}`);
  if (allRows % groups !== 0) {
    throw new RangeError(
      `conv2d: expected out channels divisible by ${groups} groups, got weight of shape ${show(weight.shape)}`,
    );
  }
  if (allChannels !== channels * groups) {
    throw new RangeError(
      `conv2d: expected input with ${channels * groups} channels (weight ${show(weight.shape)}, groups ${groups}), got ${show(x.shape)}`,
    );
  }
  checkShape("conv2d", "bias", bias, [allRows]);
  checkSameRuntime("conv2d", x, weight, bias);
  const image: Pair = [height, width];
  const kernel: Pair = [kernelHeight, kernelWidth];
  if (kernelHeight < 1 || kernelWidth < 1)
    throw new RangeError(`conv2d: expected a kernel of at least 1×1, got ${show(weight.shape)}`);
  const output = [0, 1].map((d) => {
    const padded = image[d] + 2 * padding[d];
    const reach = dilation[d] * (kernel[d] - 1) + 1;
    if (reach > padded) {
      throw new RangeError(
        `conv2d: expected a kernel no larger than the padded input, got kernel ${kernel.join("×")} reaching over ${reach} of ${padded} pixels`,
      );
    }
    return Math.floor((padded - reach) / stride[d]) + 1;
  }) as unknown as Pair;
  return {
    images,
    groups,
    channels,
    rows: allRows / groups,
    image,
    kernel,
    output,
    stride,
    padding,
    dilation,
  };
}

function pair(name: string, value: number | Pair, least: number): Pair {
  const both: readonly unknown[] = typeof value === "number" ? [value, value] : value;
  const fine = (v: unknown) => Number.isInteger(v) && (v as number) >= least;
  if (!Array.isArray(both) || both.length !== 2 || !both.every(fine)) {
    throw new RangeError(
      `conv2d: expected ${name} to be an integer of at least ${least} or two of them, got ${String(value)}`,
    );
  }
  return both as unknown as Pair;
}
