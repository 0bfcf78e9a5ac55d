import { show, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor, type Pair, pairOf } from "../check.js";
import type { ActivationOption } from "../product/epilogue.js";

/** Options of both convolutions. A number stands for both sides. */
export interface ConvOptions extends ActivationOption {
  /** A tensor [out channels]; none by default. */
  bias?: Tensor | null;
  /** The step from one window to the next, in pixels; 1 by default. */
  stride?: number | Pair;
  /** Zeros at each border, in pixels; 0 by default. */
  padding?: number | Pair;
  /** The distance between neighbouring elements of the kernel, in pixels; 1 by default. */
  dilation?: number | Pair;
  /** Into how many parts, without links between them, the channels are divided; 1 by default. */
  groups?: number;
}

/** The length of an axis with `padding` at both ends. Throws RangeError where kernels cannot count so far. */
export function paddedLength(op: string, length: number, padding: number): number {
  const padded = length + 2 * padding;
  if (padded < 2 ** 31) return padded;
  throw new RangeError(
    `${op}: expected padding to fewer than 2³¹ pixels along an axis, got ${padded} of ${length}`,
  );
}

/** [f(0), f(1)]: f for the rows and for the columns. */
export const perSide = (f: (d: 0 | 1) => number): Pair => [f(0), f(1)];

/** How many elements a kernel of this length spans. */
export const reachOf = (length: number, dilation: number): number => dilation * (length - 1) + 1;

/** Checks what both kinds of convolution share: operands, options, channels. `layout` names the axes of the weight. */
export function checkConvOptions(
  op: string,
  x: Tensor,
  weight: Tensor,
  options: ConvOptions,
  layout: string,
) {
  const { bias, groups = 1 } = options;
  checkTensor(op, "input", x);
  checkTensor(op, "weight", weight);
  if (x.shape.length !== 4)
    throw new RangeError(`${op}: expected input of shape [N, C, H, W], got ${show(x.shape)}`);
  if (weight.shape.length !== 4)
    throw new RangeError(`${op}: expected weight of shape ${layout}, got ${show(weight.shape)}`);
  const stride = pairOf(op, "stride", options.stride ?? 1, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 0);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 1);
  if (!Number.isInteger(groups) || groups < 1)
    throw new RangeError(`${op}: expected groups to be a positive integer, got ${groups}`);
  checkSameRuntime(op, x, weight, bias);
  const kernel: Pair = [weight.shape[2], weight.shape[3]];
  if (kernel[0] < 1 || kernel[1] < 1)
    throw new RangeError(`${op}: expected a kernel of at least 1×1, got ${show(weight.shape)}`);
  return { images: x.shape[0], groups, kernel, stride, padding, dilation };
}

/** Refuses inputs of other than `channels` channels and biases of other than `outputs` values. */
export function checkConvChannels(
  op: string,
  x: Tensor,
  weight: Tensor,
  { bias, groups = 1 }: ConvOptions,
  channels: number,
  outputs: number,
): void {
  if (x.shape[1] !== channels) {
    throw new RangeError(
      `${op}: expected input with ${channels} channels (weight ${show(weight.shape)}, groups ${groups}), got ` +
        `${show(x.shape)}`,
    );
  }
  checkShape(op, "bias", bias, [outputs]);
}
