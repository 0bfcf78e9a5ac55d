// Convolutions of one, two and three axes. One axis is an image of height 1. Of three axes, the taps along the depth
// are channels of a 2-D convolution; the images with these channels take as many times the memory of x.
import { record } from "../../autograd.js";
import { empty, show, type Tensor, tidy } from "../../tensor.js";
import { behindRelu, type Epilogue, withActivation } from "../product/epilogue.js";
import { concat } from "../shape/concat.js";
import { permute } from "../shape/permute.js";
import { slice } from "../shape/slice.js";
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
      if (dims === 2) return convolve2d(planar(geometry), x, weight, after);
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

/** The geometry of two axes as the engine takes it: the output tells how much padding is behind. */
export const planar = ({ sides, ...rest }: Geometry): ConvShape =>
  ({ ...rest, padding: sides.map(([before]) => before) }) as unknown as ConvShape;

function convolveLine(geometry: Geometry, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const flat = (t: Tensor) => t.reshape([...t.shape.slice(0, 2), 1, t.shape[2]]);
  const y = convolve2d(planar(inPlane(geometry)), flat(x), flat(weight), after);
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
  const parts = partsOf(geometry, geometry.output[0]).map(({ depth, tap, taps, place }) => {
    const slices = permute(
      take(x, 2, depth * taps, place).reshape([n, c, depth, taps, h, w]),
      [0, 2, 1, 3, 4, 5],
    ).reshape([n * depth, c * taps, h, w]);
    const filters = inSlice(slice(weight, 2, tap, tap + taps));
    const y = convolve2d(planar(inSlices(geometry, depth, taps)), slices, filters, after);
    const [, rows, height, width] = y.shape;
    return permute(y.reshape([n, depth, rows, height, width]), [0, 2, 1, 3, 4]);
  });
  return parts.length === 1 ? parts[0] : concat(parts, 2);
}

/** Neighbouring slices of the narrow side of a convolution that meet the same taps along the depth. */
export interface DepthPart {
  first: number;
  depth: number;
  tap: number;
  taps: number;
  /** Which slice of the wide side meets tap t of slice d of the part, at position d·taps + t. */
  place: (j: number) => number;
}

/** `count` slices cut where the taps change that lie inside of the image: nothing is multiplied by the padding. */
export function partsOf(geometry: Geometry, count: number): DepthPart[] {
  const { image, kernel, stride, dilation, sides } = geometry;
  const at = (d: number, t: number) => d * stride[0] + t * dilation[0] - sides[0][0];
  const parts: DepthPart[] = [];
  for (let d = 0; d < count; d++) {
    const tap = Math.min(kernel[0], Math.max(0, Math.ceil(-at(d, 0) / dilation[0])));
    const end = Math.max(tap, Math.min(kernel[0], Math.ceil((image[0] - at(d, 0)) / dilation[0])));
    const last = parts.at(-1);
    if (last?.tap === tap && last.taps === end - tap) last.depth++;
    else {
      const taps = end - tap;
      const place = (j: number) => at(d + Math.floor(j / taps), tap + (j % taps));
      parts.push({ first: d, depth: 1, tap, taps, place });
    }
  }
  return parts;
}

/** The geometry of `depth` slices an image, with a channel for each of `taps` along the depth. */
export const inSlices = (solid: Geometry, depth: number, taps: number): Geometry => ({
  ...solid,
  images: solid.images * depth,
  channels: solid.channels * taps,
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
