import { record } from "../../autograd.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, show, type Tensor } from "../../tensor.js";
import { type Pair, pairOf } from "../check.js";
import { behindRelu, withActivation } from "../product/epilogue.js";
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

/** Options of `convTranspose2d`. A number stands for both sides. */
export interface ConvTranspose2dOptions extends ConvOptions {
  /**
   * More rows and columns at the bottom and the right; 0 by default. They tell which of the sizes that the convolution
   * maps to x's is meant.
   */
  outputPadding?: number | Pair;
}

const rules: Rules<ConvTranspose2dOptions> = {
  bias: "Tensor|null",
  stride: "Array|number",
  padding: "Array|number",
  outputPadding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  activation: "string|null",
};

/**
 * The transpose of conv2d: x [N, C, H, W] with weight [C, O / groups, kh, kw] → [N, O, H', W'] with
 * H' = (H − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1.
 * @shape x [N, C, H, W], weight [C, O / groups, kh, kw], bias [O] or null → [N, O, H', W']
 * @throws RangeError when the channels do not fit the weight, groups do not divide them, outputPadding is neither below
 *   stride nor dilation, or nothing would come out
 * @source torch.nn.functional.conv_transpose2d
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions("convTranspose2d", options, rules);
  const { bias } = options;
  const conv = checkConvTranspose(x, weight, options);
  const outputs = conv.channels * conv.groups;
  return withActivation("convTranspose2d", options, (relu) => {
    const y = empty(x.runtime, [conv.images, outputs, ...conv.image]);
    // The convolution that `conv` describes leads from y to x: forward and backward change places.
    convInputGradient(conv, y, x, weight, { bias, relu });
    const shapes = [x.shape, weight.shape, [outputs]];
    const saved = [weight.requiresGrad ? x : null, x.requiresGrad ? weight : null, relu ? y : null];
    const how = { op: "convTranspose2d", conv };
    return record(how, y, [x, weight, bias], saved, (dy, [x, weight, y], needs) =>
      behindRelu(dy, y, (dy) => {
        const [dx, dWeight, dBias] = shapes.map((shape, i) =>
          needs[i] ? empty(dy.runtime, shape) : null,
        );
        if (dx) convForward(conv, dx, dy, weight);
        if (dWeight) convWeightGradient(conv, dWeight, x, dy);
        if (dBias) convBiasGradient(dBias, dy);
        return [dx, dWeight, dBias];
      }),
    );
  });
}

/** All sizes of the convolution that is transposed. Refuses what PyTorch refuses. */
function checkConvTranspose(x: Tensor, weight: Tensor, options: ConvTranspose2dOptions): ConvShape {
  const op = "convTranspose2d";
  const common = checkConvOptions(op, x, weight, options, "[in, out / groups, kh, kw]");
  const { groups, kernel, stride, padding, dilation } = common;
  const [inputs, channels] = weight.shape;
  if (inputs % groups !== 0) {
    throw new RangeError(
      `${op}: expected in channels divisible by ${groups} groups, got weight of shape ${show(weight.shape)}`,
    );
  }
  checkConvChannels(op, x, weight, options, inputs, channels * groups);
  const extra = pairOf(op, "outputPadding", options.outputPadding ?? 0, 0);
  const output = perSide((d) => x.shape[2 + d]);
  const image = perSide((d) => {
    if (extra[d] >= stride[d] && extra[d] >= dilation[d]) {
      throw new RangeError(
        `${op}: output padding must be smaller than either stride or dilation, got ${extra[d]} with stride ` +
          `${stride[d]} and dilation ${dilation[d]}`,
      );
    }
    const reach = reachOf(kernel[d], dilation[d]);
    const length = (output[d] - 1) * stride[d] - 2 * padding[d] + reach + extra[d];
    paddedLength(op, length, padding[d]);
    return length;
  });
  if (Math.min(...output) < 1 || Math.min(...image) < 1) {
    throw new RangeError(
      `${op}: expected an output of at least one pixel, got ${image.join("×")} from input ${show(x.shape)}`,
    );
  }
  return { ...common, channels, rows: inputs / groups, image, output };
}
