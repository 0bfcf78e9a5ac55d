// Convolutions of one, two and three axes. One axis is an image of height 1. Of three axes, the taps along the depth are
// channels of a 2-D convolution; the images with these channels take as many times the memory of x.
import { record } from "../../autograd.js";
import { empty, show, type Tensor, tidy } from "../../tensor.js";
import type { Pair } from "../check.js";
import { behindRelu, type Epilogue, withActivation } from "../product/epilogue.js";
import { padded } from "../shape/pad.js";
import { permute } from "../shape/permute.js";
import { take } from "../shape/take.js";
import { convBiasGradient, convForward, convInputGradient, convWeightGradient } from "./conv.js";
import {
  type BothSides,
  type ConvOptions,
  checkConvChannels,
  checkConvOptions,
  type Padding,
  paddedLength,
  paddingOf,
  reachOf,
} from "./conv-options.js";
import type { ConvShape } from "./conv-plan.js";
import { asBatch } from "./image-batch.js";

/** The options of the convolution, with sides for each of its axes. */
export type AnyConvOptions = Omit<ConvOptions<readonly number[]>, "padding"> & {
  padding?: Padding<readonly number[]>;
};

/** A checked convolution of any number of axes. Channels and rows are those of one group. */
export type Geometry = Record<"image" | "kernel" | "output" | "stride" | "dilation", number[]> &
  Pick<ConvShape, "images" | "groups" | "channels" | "rows"> & { sides: BothSides };

/** The convolution of x [N, C, …] or [C, …], and the activation behind it. */
export function convolution(
  op: string,
  dims: number,
  x: Tensor,
  weight: Tensor,
  options: AnyConvOptions,
): Tensor {
  return withActivation(op, options, (relu) =>
    asBatch(op, dims, x, options.layout, (x) => {
      const geometry = geometryOf(op, dims, x, weight, options);
      const after = { bias: options.bias, relu };
      if (dims === 2) return planar(geometry, x, weight, after, convolve2d);
      return tidy(() =>
        dims === 1
          ? convolveLine(geometry, x, weight, after)
          : convolveSolid(geometry, x, weight, after),
      );
    }),
  );
}

/** The convolution of x [N, C, H, W] that `conv` describes. */
export function convolve2d(conv: ConvShape, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const y = empty(x.runtime, [conv.images, weight.shape[0], ...conv.output]);
  convForward(conv, y, x, weight, after);
  const { bias, relu } = after;
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
}

/** `convolve` of two axes. Where the padding before and behind differ, what one has more is put around x first. */
export function planar(
  geometry: Geometry,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
  convolve: typeof convolve2d,
): Tensor {
  const { sides, ...rest } = geometry;
  const padding = sides.map(([before, behind]) => Math.min(before, behind)) as unknown as Pair;
  const more = sides.map((side, d) => side.map((length) => length - padding[d]));
  const conv = { ...rest, padding } as unknown as ConvShape;
  if (more.flat().every((length) => length === 0)) return convolve(conv, x, weight, after);
  return tidy(() => {
    const wide = padded(x, more.toReversed(), "constant");
    const [, , height, width] = wide.shape;
    return convolve({ ...conv, image: [height, width] }, wide, weight, after);
  });
}

function convolveLine(geometry: Geometry, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const flat = (t: Tensor) => t.reshape([...t.shape.slice(0, 2), 1, t.shape[2]]);
  const y = planar(inPlane(geometry), flat(x), flat(weight), after, convolve2d);
  return y.reshape([...y.shape.slice(0, 2), y.shape[3]]);
}

/** A line as an image of height 1. */
export const inPlane = (line: Geometry): Geometry => ({
  ...line,
  image: [1, ...line.image],
  kernel: [1, ...line.kernel],
  output: [1, ...line.output],
  stride: [1, ...line.stride],
  dilation: [1, ...line.dilation],
  sides: [[0, 0], ...line.sides],
});

function convolveSolid(geometry: Geometry, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const [n, c, , h, w] = x.shape;
  const [depth] = geometry.output;
  const [taps] = geometry.kernel;
  const slices = permute(
    take(x, 2, depth * taps, placesOf(geometry)).reshape([n, c, depth, taps, h, w]),
    [0, 2, 1, 3, 4, 5],
  ).reshape([n * depth, c * taps, h, w]);
  const y = planar(inSlices(geometry, depth), slices, inSlice(weight), after, convolve2d);
  const [, rows, height, width] = y.shape;
  return permute(y.reshape([n, depth, rows, height, width]), [0, 2, 1, 3, 4]);
}

/** Which slice of the image meets tap t of output slice d, at position d·taps + t: −1 is the padding. */
export function placesOf({ image, kernel, stride, dilation, sides }: Geometry) {
  const [taps] = kernel;
  return (j: number): number => {
    const place = Math.floor(j / taps) * stride[0] + (j % taps) * dilation[0] - sides[0][0];
    return place < image[0] ? place : -1;
  };
}

/** The geometry of `depth` slices an image, with a channel for each tap along the depth. */
export const inSlices = (solid: Geometry, depth: number): Geometry => ({
  ...solid,
  images: solid.images * depth,
  channels: solid.channels * solid.kernel[0],
  image: solid.image.slice(1),
  kernel: solid.kernel.slice(1),
  output: solid.output.slice(1),
  stride: solid.stride.slice(1),
  dilation: solid.dilation.slice(1),
  sides: solid.sides.slice(1),
});

/** A weight [·, ·, kd, kh, kw] as [·, ··kd, kh, kw]. */
export const inSlice = (weight: Tensor): Tensor => {
  const [rows, channels, taps, ...sides] = weight.shape;
  return weight.reshape([rows, channels * taps, ...sides]);
};

/** All sizes of a convolution. Refuses what PyTorch refuses. */
export function geometryOf(
  op: string,
  dims: number,
  x: Tensor,
  weight: Tensor,
  options: AnyConvOptions,
): Geometry {
  const rest = { ...options, padding: undefined };
  const common = checkConvOptions(op, x, weight, rest, "out, in / groups", dims);
  const { groups, kernel, stride, dilation } = common;
  const image = x.shape.slice(2);
  const sides = paddingOf(op, options.padding ?? 0, { image, ...common });
  const [allRows, channels] = weight.shape;
  if (allRows % groups !== 0) {
    throw new RangeError(
      `${op}: expected out channels divisible by ${groups} groups, got weight of shape ${show(weight.shape)}`,
    );
  }
  checkConvChannels(op, x, weight, rest, channels * groups, allRows);
  const output = image.map((length, d) => {
    const padded = paddedLength(op, length, sides[d][0] + sides[d][1]);
    const reach = reachOf(kernel[d], dilation[d]);
    if (reach > padded) {
      throw new RangeError(
        `${op}: expected a kernel no larger than the padded input, got kernel ${kernel.join("×")} reaching ` +
          `over ${reach} of ${padded} pixels`,
      );
    }
    return Math.floor((padded - reach) / stride[d]) + 1;
  });
  return { ...common, channels, rows: allRows / groups, image, output, sides } as Geometry;
}
