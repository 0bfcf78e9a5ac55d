// What convolutions of one, two and three axes share: options, and the geometry that they mean.
import { describe } from "../../options.js";
import { type Shape, show, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor, type Pair, sidesOf } from "../check.js";
import type { ActivationOption } from "../product/epilogue.js";
import type { LayoutOptions } from "../shape/layout.js";

/** The numbers of an image with one axis. */
export type Single = readonly [length: number];
/** The numbers of an image with three axes. */
export type Triple = readonly [depth: number, height: number, width: number];
/** [before, behind] of each axis. */
export type BothSides = readonly Pair[];

/** Options of all convolutions. A number stands for all sides. With layout "nhwc", input and output are [N, …, C]. */
export interface ConvOptions<S = Pair> extends ActivationOption, LayoutOptions {
  /** A tensor [out channels]; none by default. */
  bias?: Tensor | null;
  /** The step from one window to the next, in pixels; 1 by default. */
  stride?: number | S;
  /** Zeros at each border, in pixels; 0 by default. */
  padding?: number | S;
  /** The distance between neighbouring elements of the kernel, in pixels; 1 by default. */
  dilation?: number | S;
  /** Into how many parts, without links between them, the channels are divided; 1 by default. */
  groups?: number;
}

/**
 * The padding of a convolution or a pooling: zeros at each border, [before, behind] for each axis, or "same": then the
 * output has ⌈length / stride⌉ pixels, and of an odd number of zeros one more is behind, as in TensorFlow.
 */
export type Padding<S = Pair> = number | S | BothSides | "same";

/** The length of an axis with `padding` in all. Throws RangeError where kernels cannot count so far. */
export function paddedLength(op: string, length: number, padding: number): number {
  const padded = length + padding;
  if (padded < 2 ** 31) return padded;
  throw new RangeError(
    `${op}: expected padding to fewer than 2³¹ pixels along an axis, got ${padded} of ${length}`,
  );
}

/** [f(0), f(1)]: f for the rows and for the columns. */
export const perSide = (f: (d: 0 | 1) => number): Pair => [f(0), f(1)];

/** How many elements a kernel of this length spans. */
export const reachOf = (length: number, dilation: number): number => dilation * (length - 1) + 1;

/** The padding before and behind each axis. */
export function paddingOf(
  op: string,
  padding: Padding<readonly number[]>,
  { image, kernel, stride, dilation }: Record<"image" | "kernel" | "stride" | "dilation", Shape>,
): BothSides {
  if (padding === "same") {
    return image.map((length, d) => {
      const windows = Math.ceil(length / stride[d]);
      const reach = (windows - 1) * stride[d] + reachOf(kernel[d], dilation[d]);
      const all = Math.max(reach - length, 0);
      return [Math.floor(all / 2), Math.ceil(all / 2)];
    });
  }
  if (typeof padding === "string")
    throw new RangeError(`${op}: expected padding "same" or numbers, got ${describe(padding)}`);
  if (!Array.isArray(padding) || !padding.some(Array.isArray)) {
    const sides = sidesOf(op, "padding", padding as number | Shape, 0, image.length);
    return sides.map((side) => [side, side]);
  }
  const isPair = (pair: unknown) =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((side) => Number.isInteger(side) && side >= 0 && side < 2 ** 31);
  if (padding.length !== image.length || !padding.every(isPair)) {
    throw new RangeError(
      `${op}: expected padding [before, behind] for each of ${image.length} axes, integers ≥ 0, got ` +
        `[${padding.map(String).join("; ")}]`,
    );
  }
  return padding as unknown as BothSides;
}

/**
 * Checks what both kinds of convolution share: operands, options, channels. `layout` names the first axes of the
 * weight.
 */
export function checkConvOptions(
  op: string,
  x: Tensor,
  weight: Tensor,
  options: ConvOptions<readonly number[]>,
  layout: string,
  dims: number,
) {
  const { bias, groups = 1 } = options;
  const kernelAxes = ["k", "kh, kw", "kd, kh, kw"][dims - 1];
  checkTensor(op, "weight", weight);
  if (weight.shape.length !== dims + 2)
    throw new RangeError(
      `${op}: expected weight of shape [${layout}, ${kernelAxes}], got ${show(weight.shape)}`,
    );
  const stride = sidesOf(op, "stride", options.stride ?? 1, 1, dims);
  const dilation = sidesOf(op, "dilation", options.dilation ?? 1, 1, dims);
  if (!Number.isInteger(groups) || groups < 1)
    throw new RangeError(`${op}: expected groups to be a positive integer, got ${groups}`);
  checkSameRuntime(op, x, weight, bias);
  const kernel = weight.shape.slice(2);
  if (Math.min(...kernel) < 1) {
    const least = new Array(dims).fill(1).join("×");
    throw new RangeError(
      `${op}: expected a kernel of at least ${least}, got ${show(weight.shape)}`,
    );
  }
  return { images: x.shape[0], groups, kernel, stride, dilation };
}

/** Refuses inputs of other than `channels` channels and biases of other than `outputs` values. */
export function checkConvChannels(
  op: string,
  x: Tensor,
  weight: Tensor,
  { bias, groups = 1 }: ConvOptions<readonly number[]>,
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
