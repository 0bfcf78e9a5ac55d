// Transposed convolutions of one, two and three axes, by the geometry of the convolution that is transposed.
import { record } from "../../autograd.js";
import { empty, full, show, type Tensor, tidy } from "../../tensor.js";
import { sidesOf } from "../check.js";
import { add } from "../elementwise/add.js";
import { relu as reluOf } from "../elementwise/relu.js";
import { behindRelu, type Epilogue, withActivation } from "../product/epilogue.js";
import { concat } from "../shape/concat.js";
import { permute } from "../shape/permute.js";
import { slice } from "../shape/slice.js";
import { put } from "../shape/take.js";
import { convBiasGradient, convForward, convInputGradient, convWeightGradient } from "./conv.js";
import { type Geometry, inPlane, inSlice, inSlices, partsOf, planar } from "./conv-nd.js";
import {
  type ConvOptions,
  checkConvChannels,
  checkConvOptions,
  paddedLength,
  reachOf,
} from "./conv-options.js";
import type { ConvShape } from "./conv-plan.js";
import { asBatch } from "./image-batch.js";

/** Options of the transposed convolutions. A number stands for all sides. */
export interface ConvTransposeOptions<S> extends ConvOptions<S> {
  /**
   * More pixels at the end of each axis; 0 by default. They tell which of the sizes that the convolution maps to x's is
   * meant.
   */
  outputPadding?: number | S;
}

type AnyOptions = ConvTransposeOptions<readonly number[]>;

/** The transposed convolution of x [N, C, …] or [C, …], and the activation behind it. */
export function convolutionTransposed(
  op: string,
  dims: number,
  x: Tensor,
  weight: Tensor,
  options: AnyOptions,
): Tensor {
  return withActivation(op, options, (relu) =>
    asBatch(op, dims, x, options.layout, (x) => {
      const geometry = geometryOf(op, dims, x, weight, options);
      const after = { bias: options.bias, relu };
      if (dims === 2) return transpose2d(planar(geometry), x, weight, after);
      return tidy(() =>
        dims === 1
          ? transposeLine(geometry, x, weight, after)
          : transposeSolid(geometry, x, weight, after),
      );
    }),
  );
}

/** y whose convolution, as `conv` describes it, has the size of x: forward and backward change places. */
function transpose2d(conv: ConvShape, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const outputs = conv.channels * conv.groups;
  const y = empty(x.runtime, [conv.images, outputs, ...conv.image]);
  convInputGradient(conv, y, x, weight, after);
  const { bias, relu } = after;
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
}

function transposeLine(geometry: Geometry, x: Tensor, weight: Tensor, after: Epilogue): Tensor {
  const flat = (t: Tensor) => t.reshape([...t.shape.slice(0, 2), 1, t.shape[2]]);
  const y = transpose2d(planar(inPlane(geometry)), flat(x), flat(weight), after);
  return y.reshape([...y.shape.slice(0, 2), y.shape[3]]);
}

function transposeSolid(
  geometry: Geometry,
  x: Tensor,
  weight: Tensor,
  { bias, relu }: Epilogue,
): Tensor {
  const [n, c, count, h, w] = x.shape;
  const rows = geometry.channels * geometry.groups;
  const [, ...area] = geometry.image;
  const places: number[] = [];
  const parts: Tensor[] = [];
  for (const { first, depth, tap, taps, place } of partsOf(geometry, count)) {
    if (taps === 0) continue;
    const own = slice(x, 2, first, first + depth);
    const slices = permute(own, [0, 2, 1, 3, 4]).reshape([n * depth, c, h, w]);
    const filters = inSlice(slice(weight, 2, tap, tap + taps));
    const made = transpose2d(planar(inSlices(geometry, depth, taps)), slices, filters, {});
    const apart = made.reshape([n, depth, rows, taps, ...area]);
    parts.push(permute(apart, [0, 2, 1, 3, 4, 5]).reshape([n, rows, depth * taps, ...area]));
    for (let j = 0; j < depth * taps; j++) places.push(place(j));
  }
  if (parts.length === 0) parts.push(full([n, rows, 0, ...area], 0, { runtime: x.runtime }));
  const joined = parts.length === 1 ? parts[0] : concat(parts, 2);
  const sums = put(joined, 2, Int32Array.from(places), geometry.image[0]);
  const y = bias ? add(sums, bias.reshape([rows, 1, 1, 1])) : sums;
  return relu ? reluOf(y) : y;
}

/** All sizes of the convolution that is transposed. Refuses what PyTorch refuses. */
function geometryOf(
  op: string,
  dims: number,
  x: Tensor,
  weight: Tensor,
  options: AnyOptions,
): Geometry {
  const common = checkConvOptions(op, x, weight, options, "in, out / groups", dims);
  const padding = sidesOf(op, "padding", options.padding ?? 0, 0, dims);
  const { groups, kernel, stride, dilation } = common;
  const [inputs, channels] = weight.shape;
  if (inputs % groups !== 0) {
    throw new RangeError(
      `${op}: expected in channels divisible by ${groups} groups, got weight of shape ${show(weight.shape)}`,
    );
  }
  checkConvChannels(op, x, weight, options, inputs, channels * groups);
  const extra = sidesOf(op, "outputPadding", options.outputPadding ?? 0, 0, dims);
  const output = x.shape.slice(2);
  const image = output.map((count, d) => {
    if (extra[d] >= stride[d] && extra[d] >= dilation[d]) {
      throw new RangeError(
        `${op}: output padding must be smaller than either stride or dilation, got ${extra[d]} with stride ` +
          `${stride[d]} and dilation ${dilation[d]}`,
      );
    }
    const reach = reachOf(kernel[d], dilation[d]);
    const length = (count - 1) * stride[d] - 2 * padding[d] + reach + extra[d];
    paddedLength(op, length, 2 * padding[d]);
    return length;
  });
  if (Math.min(...output) < 1 || Math.min(...image) < 1) {
    throw new RangeError(
      `${op}: expected an output of at least one pixel, got ${image.join("×")} from input ${show(x.shape)}`,
    );
  }
  const sides = padding.map((side) => [side, side]);
  return {
    ...common,
    channels,
    rows: inputs / groups,
    image,
    output,
    sides,
  } as unknown as Geometry;
}
