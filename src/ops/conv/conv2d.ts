import { record } from "../../autograd.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, show, type Tensor } from "../../tensor.js";
import { behindRelu, type Epilogue, withActivation } from "../product/epilogue.js";
import { convBiasGradient, convForward, convInputGradient, convWeightGradient } from "./conv.js";
import {
  type ConvOptions,
  checkConvChannels,
  checkConvOptions,
  paddedLength,
  perSide,
  reachOf,
} from "./conv-options.js";
import type { ConvShape } from "./conv-plan.js";

/** Options of `conv2d`. A number stands for both sides. */
export type Conv2dOptions = ConvOptions;

const rules: Rules<Conv2dOptions> = {
  bias: "Tensor|null",
  stride: "Array|number",
  padding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  activation: "string|null",
};

/**
 * 2-D cross-correlation of x [N, C, H, W] with weight [O, C / groups, kh, kw] → [N, O, H', W'] with
 * H' = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 * @shape x [N, C, H, W], weight [O, C / groups, kh, kw], bias [O] or null → [N, O, H', W']
 * @throws RangeError when the channels do not fit the weight, groups do not divide them, or the kernel is larger than
 *   the padded input
 * @source torch.nn.functional.conv2d
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  checkOptions("conv2d", options, rules);
  const { bias } = options;
  const conv = checkConv(x, weight, options);
  return withActivation("conv2d", options, (relu) => {
    const y = outputOf(conv, x, weight, { bias, relu });
    const shapes = [x.shape, weight.shape, [weight.shape[0]]];
    const saved = [weight.requiresGrad ? x : null, x.requiresGrad ? weight : null, relu ? y : null];
    const how = { op: "conv2d", conv };
    return record(how, y, [x, weight, bias], saved, (dy, [x, weight, y], needs) =>
      behindRelu(dy, y, (dy) => {
        const [dx, dWeight, dBias] = shapes.map((shape, i) =>
          needs[i] ? empty(dy.runtime, shape) : null,
        );
        if (dx) convInputGradient(conv, dx, dy, weight);
        if (dWeight) convWeightGradient(conv, dWeight, dy, x);
        if (dBias) convBiasGradient(dBias, dy);
        return [dx, dWeight, dBias];
      }),
    );
  });
}

/** @internal conv2d whose channels are multiplied by scale [O] before the bias is added. Nothing is recorded. */
export function scaledConv2d(
  x: Tensor,
  weight: Tensor,
  scale: Tensor,
  options: Conv2dOptions,
): Tensor {
  const { bias } = options;
  const conv = checkConv(x, weight, options);
  return withActivation("conv2d", options, (relu) =>
    outputOf(conv, x, weight, { scale, bias, relu }),
  );
}

function outputOf(conv: ConvShape, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const y = empty(x.runtime, [conv.images, weight.shape[0], ...conv.output]);
  convForward(conv, y, x, weight, after);
  return y;
}

/** All sizes of a convolution. Refuses what PyTorch refuses. */
function checkConv(x: Tensor, weight: Tensor, options: Conv2dOptions): ConvShape {
  const layout = "[out, in / groups, kh, kw]";
  const common = checkConvOptions("conv2d", x, weight, options, layout);
  const { groups, kernel, stride, padding, dilation } = common;
  const [allRows, channels] = weight.shape;
  if (allRows % groups !== 0) {
    throw new RangeError(
      `conv2d: expected out channels divisible by ${groups} groups, got weight of shape ${show(weight.shape)}`,
    );
  }
  checkConvChannels("conv2d", x, weight, options, channels * groups, allRows);
  const image = perSide((d) => x.shape[2 + d]);
  const output = perSide((d) => {
    const padded = paddedLength("conv2d", image[d], padding[d]);
    const reach = reachOf(kernel[d], dilation[d]);
    if (reach > padded) {
      throw new RangeError(
        `conv2d: expected a kernel no larger than the padded input, got kernel ${kernel.join("×")} reaching ` +
          `over ${reach} of ${padded} pixels`,
      );
    }
    return Math.floor((padded - reach) / stride[d]) + 1;
  });
  return { ...common, channels, rows: allRows / groups, image, output };
}
