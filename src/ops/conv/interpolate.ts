import { checkPositive } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { type Shape, show, type Tensor, tensor } from "../../tensor.js";
import { checkTensor, sidesOf } from "../check.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { mul } from "../elementwise/mul.js";
import { take } from "../shape/take.js";

/** How pixels are made: the nearest one, or between the two nearest along each of one, two or three axes. */
export type InterpolateMode = "nearest" | "linear" | "bilinear" | "trilinear";

/** Options of `interpolate`. One of `size` and `scaleFactor` must be given. */
export interface InterpolateOptions {
  /** The lengths of the result: a number for all axes, or one for each. */
  size?: number | readonly number[];
  /** How many times as long the result is: a number for all axes, or one for each. */
  scaleFactor?: number | readonly number[];
  /** "nearest" by default. */
  mode?: InterpolateMode;
  /** Whether the corner pixels' centres keep their places; false by default. Not for "nearest". */
  alignCorners?: boolean;
}

const modes = ["nearest", "linear", "bilinear", "trilinear"] as const;
const rules: Rules<InterpolateOptions> = {
  size: "Array|number",
  scaleFactor: "Array|number",
  mode: modes,
  alignCorners: "boolean",
};

/** An axis of the result: its length, and how far apart its pixels are in x. */
interface Axis {
  length: number;
  step: number;
}

/**
 * x made larger or smaller. Pixel j of an axis lies at (j + 0.5)·step − 0.5 in x, with step = 1 / scaleFactor or length
 * of x / size; with `alignCorners` at j·(length of x − 1) / (size − 1); "nearest" takes pixel ⌊j·step⌋.
 * @shape x [N, C, L], [N, C, H, W] or [N, C, D, H, W] → [N, C, ...size]
 * @throws RangeError for another rank, a mode for other axes than x has, both or none of size and scaleFactor,
 *   alignCorners with "nearest", and an image without pixels
 * @source torch.nn.functional.interpolate
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const op = "interpolate";
  return composed(op, () => {
    const { mode = "nearest", alignCorners } = checkOptions(op, options, rules);
    checkTensor(op, "input", x);
    const image = x.shape.slice(2);
    const dims = image.length;
    if (dims < 1 || dims > 3 || Math.min(...image) < 1)
      throw new RangeError(
        `${op}: expected input of shape [N, C, L], [N, C, H, W] or [N, C, D, H, W] with pixels, got ${show(x.shape)}`,
      );
    if (mode !== "nearest" && modes.indexOf(mode) !== dims)
      throw new RangeError(
        `${op}: expected mode "nearest" or "${modes[dims]}" for ${show(x.shape)}, got "${mode}"`,
      );
    if (mode === "nearest" && alignCorners !== undefined)
      throw new RangeError(
        `${op}: alignCorners is for modes between pixels, got ${alignCorners} with "nearest"`,
      );
    const axes = axesOf(op, image, options);
    let y = x;
    axes.forEach(({ length, step }, d) => {
      const n = image[d];
      if (mode === "nearest") {
        // in float32, as PyTorch counts
        const at = (j: number) => Math.min(Math.floor(Math.fround(j * Math.fround(step))), n - 1);
        if (length !== n || step !== 1) y = take(y, 2 + d, length, at);
        return;
      }
      const corners = length > 1 ? (n - 1) / (length - 1) : 0;
      const at = (j: number) => (alignCorners ? j * corners : Math.max((j + 0.5) * step - 0.5, 0));
      if (length !== n || (!alignCorners && step !== 1)) y = between(y, 2 + d, length, at);
    });
    return y === x ? x.reshape(x.shape) : y;
  });
}

/** Pixels of x at the places `at(j)` of an axis, between the two nearest. One that has no part is not read. */
function between(x: Tensor, axis: number, length: number, at: (j: number) => number): Tensor {
  const n = x.shape[axis];
  const first = (j: number) => Math.min(Math.floor(at(j)), n - 1);
  const part = (j: number) => (first(j) === n - 1 ? 0 : at(j) - first(j));
  const second = (j: number) => first(j) + Number(part(j) > 0);
  const shape = x.shape.map((_, i) => (i === axis ? length : 1));
  const parts = Float32Array.from({ length }, (_, j) => part(j));
  const [far, near] = [parts, parts.map((v) => 1 - v)].map((values) =>
    tensor(values, shape, { runtime: x.runtime }),
  );
  return add(mul(take(x, axis, length, first), near), mul(take(x, axis, length, second), far));
}

function axesOf(op: string, image: Shape, { size, scaleFactor }: InterpolateOptions): Axis[] {
  const dims = image.length;
  if ((size === undefined) === (scaleFactor === undefined))
    throw new RangeError(
      `${op}: expected either size or scaleFactor, got ${describe(size)} and ${describe(scaleFactor)}`,
    );
  if (size !== undefined)
    return sidesOf(op, "size", size, 1, dims).map((length, d) => ({
      length,
      step: image[d] / length,
    }));
  const factors: readonly number[] = Array.isArray(scaleFactor)
    ? scaleFactor
    : new Array(dims).fill(scaleFactor);
  if (factors.length !== dims)
    throw new RangeError(`${op}: expected ${dims} scale factors, got ${factors.length}`);
  return factors.map((factor, d) => {
    checkPositive(op, "scaleFactor", factor);
    const length = Math.floor(image[d] * factor);
    if (length < 1 || length >= 2 ** 31)
      throw new RangeError(
        `${op}: expected a scaleFactor that leaves pixels, got ${factor} for ${image[d]}`,
      );
    return { length, step: 1 / factor };
  });
}
