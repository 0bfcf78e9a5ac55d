import { record } from "../../autograd.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, sizeOf, type Tensor, tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { composed } from "../composed.js";
import { layouts } from "../shape/layout.js";
import { asBatch } from "./image-batch.js";
import { byPlanes, type PoolOptions, planOf, type Windows, windowsOf, workOf } from "./pooling.js";

/** Options of the max poolings. */
export interface MaxPoolOptions<S = Pair> extends PoolOptions<S> {
  /** The distance between neighbouring elements of a window, in pixels; 1 by default. */
  dilation?: number | S;
  /** Give the places of the maxima too; false by default. */
  returnIndices?: boolean;
}

/** The maxima, and where they are in their image: int32 places in [D, H, W] row by row, of one channel. */
export interface MaxPool {
  output: Tensor;
  indices: Tensor<"int32">;
}

/** The result of a max pooling with such options. */
export type MaxPooled<O> = O extends { returnIndices: true } ? MaxPool : Tensor;

/** @internal The layers use them too, without `returnIndices`. */
export const maxPoolRules: Rules<Omit<MaxPoolOptions, "returnIndices">> = {
  stride: "Array|number",
  padding: "Array|number|string",
  dilation: "Array|number",
  ceilMode: "boolean",
  layout: layouts,
};

/** The max pooling of x [N, C, …] or [C, …]. */
export function maxPooled<S extends readonly number[], O extends MaxPoolOptions<S>>(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: number | S,
  options: O,
): MaxPooled<O> {
  return composed(op, () => {
    const rules: Rules<MaxPoolOptions> = { ...maxPoolRules, returnIndices: "boolean" };
    const { returnIndices = false, layout } = checkOptions<object>(
      op,
      options,
      rules,
    ) as MaxPoolOptions<S>;
    if (returnIndices && layout === "nhwc")
      throw new RangeError(`${op}: returnIndices goes with layout "nchw" alone`);
    const found: Tensor<"int32">[] = [];
    let windows = {} as Windows;
    const output = asBatch(op, dims, x, layout, (x) => {
      windows = windowsOf(op, dims, x, kernelSize, options);
      return byPlanes(x, windows, (x, own) => maxOfPlanes(x, own, found));
    });
    if (!returnIndices) return output;
    return { output, indices: placesOf(output, found, windows) };
  }) as MaxPooled<O>;
}

/** The maxima of the windows of x [N, C, h, w]. Their places in the plane are put behind `found`. */
function maxOfPlanes(x: Tensor, windows: Windows, found: Tensor<"int32">[]): Tensor {
  const { runtime, shape: image } = x;
  const planes = image[0] * image[1];
  const work = workOf(windows);
  const shape = [...image.slice(0, 2), ...windows.output];
  const y = empty(runtime, shape);
  const plan = planOf(x, windows);
  const at = empty(runtime, shape, "int32");
  found.push(at);
  runtime.run("maxPool2dForward", planes, work, [y.ptr, at.ptr, x.ptr, plan.ptr]);
  return record("maxPool2d", y, [x], [at, plan], (dy, [at, plan]) => {
    const dx = empty(runtime, image);
    runtime.run("maxPool2dBackward", planes, work, [dx.ptr, dy.ptr, at.ptr, plan.ptr]);
    return [dx];
  });
}

/** The places in the whole image. In two steps the second tells the slice, and the place of a maximum of the first. */
function placesOf(
  { runtime, shape }: Tensor,
  [first, second]: Tensor<"int32">[],
  { image, output }: Windows,
): Tensor<"int32"> {
  if (!second) return tensor(first.toArray(), shape, { runtime });
  const [depth, height, width] = image;
  const area = output[1] * output[2];
  const per = output[0] * area;
  const inner = first.elements;
  const places = second.elements.map((place, i) => {
    const channel = Math.floor(i / per);
    const own = place < 0 ? place : inner[channel * depth * area + place];
    return own < 0 ? own : Math.floor(place / area) * height * width + own;
  });
  return tensor(places.slice(0, sizeOf(shape)), shape, { runtime });
}
