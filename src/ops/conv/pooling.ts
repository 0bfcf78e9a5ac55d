// What max and average pooling share: the geometry of windows of one size. One axis is an image of height 1; three axes
// are pooled along height and width, and then along the depth.
import { type AnyTensor, type Shape, show, sizeOf, type Tensor, tensor } from "../../tensor.js";

import { type Pair, sidesOf } from "../check.js";
import type { LayoutOptions } from "../shape/layout.js";
import { type Padding, paddedLength, paddingOf, reachOf } from "./conv-options.js";

/** What all poolings take. A number stands for all sides. With layout "nhwc", input and output are [N, …, C]. */
export interface PoolOptions<S = Pair> extends LayoutOptions {
  /** The step from one window to the next. Default: the size of the window. */
  stride?: number | S;
  /**
   * The padding at each border, at most half of the window: a number, one for each side, [before, behind] of each axis,
   * or "same" (⌈length / stride⌉ windows, as in TensorFlow); 0 by default.
   */
  padding?: Padding<S>;
  /** Whether windows may start inside and end outside of the input; false by default. */
  ceilMode?: boolean;
}

/** Checked windows over an image, with one number for each of its axes. */
export interface Windows {
  image: Shape;
  output: Shape;
  kernel: Shape;
  stride: Shape;
  before: Shape;
  behind: Shape;
  dilation: Shape;
}

type AnyPoolOptions = PoolOptions<readonly number[]> & { dilation?: number | readonly number[] };

/** All sizes of the pooling of x [N, C, …]. Refuses what PyTorch refuses. */
export function windowsOf(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AnyPoolOptions,
): Windows {
  const image = x.shape.slice(2);
  if (sizeOf(x.shape.slice(1)) === 0)
    throw new RangeError(`${op}: expected input with channels and pixels, got ${show(x.shape)}`);
  const kernel = sidesOf(op, "kernelSize", kernelSize, 1, dims);
  const stride = sidesOf(op, "stride", options.stride ?? kernel, 1, dims);
  const dilation = sidesOf(op, "dilation", options.dilation ?? 1, 1, dims);
  const { padding = 0, ceilMode = false } = options;
  const sides = paddingOf(op, padding, { image, kernel, stride, dilation });
  const output = image.map((length, d) => {
    const reach = reachOf(kernel[d], dilation[d]);
    const [before, behind] = sides[d];
    if (reach >= 2 ** 31)
      throw new RangeError(
        `${op}: expected windows reaching over less than 2³¹ pixels, got ${reach}`,
      );
    if (Math.max(before, behind) > Math.floor(reach / 2) && padding !== "same") {
      throw new RangeError(
        `${op}: pad should be at most half of effective kernel size, got padding ${Math.max(before, behind)} and a ` +
          `window reaching over ${reach}`,
      );
    }
    const padded = paddedLength(op, length, before + behind);
    const steps = (padded - reach) / stride[d];
    const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // no window starts in the padding at the far end
    const last = ceilMode && (count - 1) * stride[d] >= length + before ? count - 1 : count;
    if (last < 1) {
      throw new RangeError(
        `${op}: expected windows no larger than the padded input, got ${reach} over ${padded} pixels`,
      );
    }
    return last;
  });
  const [before, behind] = [0, 1].map((k) => sides.map((side) => side[k]));
  return { image, output, kernel, stride, before, behind, dilation };
}

/** The words of a window that does nothing along an axis. */
const still = (length: number) => ({
  ...{ image: [length], output: [length], kernel: [1], stride: [1] },
  ...{ before: [0], behind: [0], dilation: [1] },
});

const beside = (a: Windows, b: Windows): Windows =>
  Object.fromEntries(
    Object.entries(a).map(([key, list]) => [key, [...list, ...b[key as keyof Windows]]]),
  ) as unknown as Windows;

const part = (windows: Windows, from: number, to?: number): Windows =>
  Object.fromEntries(
    Object.entries(windows).map(([key, list]) => [key, list.slice(from, to)]),
  ) as unknown as Windows;

/**
 * The pooling as one or two poolings of planes: `pool` gets x as [N, C, height, width] with the windows of both axes,
 * and the number of the step. The result is [N, C, …output].
 */
export function byPlanes(
  x: Tensor,
  windows: Windows,
  pool: (x: Tensor, windows: Windows, step: 0 | 1) => Tensor,
): Tensor {
  const [n, c, ...image] = x.shape;
  if (image.length === 2) return pool(x, windows, 0);
  if (image.length === 1) {
    const y = pool(x.reshape([n, c, 1, ...image]), beside(still(1), windows), 0);
    return y.reshape([n, c, ...windows.output]);
  }
  const [depth, height, width] = image;
  const flat = pool(x.reshape([n, c * depth, height, width]), part(windows, 1), 0);
  const area = windows.output[1] * windows.output[2];
  const deep = beside(part(windows, 0, 1), still(area));
  return pool(flat.reshape([n, c, depth, area]), deep, 1).reshape([n, c, ...windows.output]);
}

/** What assembly/conv/window-pooling.ts takes; the caller frees it. */
export function planOf({ runtime }: Tensor, windows: Windows): AnyTensor {
  const { image, output, kernel, stride, before, dilation } = windows;
  const words = [image, output, kernel, stride, before, dilation].flat();
  return tensor(Int32Array.from(words), [words.length], { runtime });
}

/** How many elements of a plane its windows read. */
export const workOf = ({ output, kernel }: Windows): number => sizeOf(output) * sizeOf(kernel);

/** @internal Checks what a layer is made with, as the operation would for an image without pixels. */
export function checkWindows(
  layer: string,
  dims: number,
  kernelSize: number | readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: AnyPoolOptions,
): void {
  const ones = new Array(dims).fill(1);
  sidesOf(layer, "kernelSize", kernelSize, 1, dims);
  sidesOf(layer, "stride", stride, 1, dims);
  sidesOf(layer, "dilation", dilation, 1, dims);
  paddingOf(layer, padding, { image: ones, kernel: ones, stride: ones, dilation: ones });
}
