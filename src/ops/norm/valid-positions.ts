// The positions that a mask leaves. A norm works on these where there is padding.
import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { type AnyTensor, empty, isShape, show, sizeOf, Tensor, tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { asNCHW, channelShape, type LayoutOptions } from "./layout.js";

/**
 * Where the valid positions of x [N, C, ...] lie: channel c of position m is at index[m] + c·stride. The caller frees
 * the index.
 */
interface Positions {
  shape: readonly number[];
  index: Tensor<"int32">;
  stride: number;
}

/** Refuses what is not a tensor that can be a mask. */
export function checkMask(op: string, mask: AnyTensor): void {
  if (!(mask instanceof Tensor)) throw new TypeError(`${op}: expected mask to be a tensor`);
  if (mask.dtype !== "float32" && mask.dtype !== "int32" && mask.dtype !== "uint8")
    throw new TypeError(`${op}: expected mask of dtype float32, int32 or uint8, got ${mask.dtype}`);
}

/**
 * Where the valid positions of x [N, C, ...] begin: those where `mask` [N, ...] is 1. Throws for another shape or
 * dtype, and for values other than 0 and 1.
 */
export function validOf(op: string, x: Tensor, mask: AnyTensor): number[] {
  checkMask(op, mask);
  const [batch, channels, ...space] = x.shape;
  if (!isShape(mask.shape, [batch, ...space])) {
    throw new RangeError(
      `${op}: expected mask of shape ${show([batch, ...space])}, got ${show(mask.shape)}`,
    );
  }
  checkSameRuntime(op, x, mask);
  const stride = sizeOf(space);
  const valid: number[] = [];
  (mask as Tensor).elements.forEach((value, i) => {
    if (value !== 0 && value !== 1)
      throw new RangeError(`${op}: expected mask of zeros and ones, got ${value}`);
    if (value === 1) valid.push(Math.floor(i / stride) * channels * stride + (i % stride));
  });
  return valid;
}

/** The positions of x that `mask` leaves, checked as in `validOf`. */
function positionsOf(op: string, x: Tensor, mask: AnyTensor): Positions {
  const valid = validOf(op, x, mask);
  const index = tensor(Int32Array.from(valid), [valid.length], { runtime: x.runtime });
  return { shape: x.shape, index, stride: sizeOf(x.shape.slice(2)) };
}

/**
 * `norm` of the valid positions alone, which are gathered as [1, C, count]. Its result goes back to their places, with
 * zeros elsewhere. Throws as `validOf` does, and in training for less than two valid positions.
 */
export function overPositions(
  op: string,
  x: Tensor,
  mask: AnyTensor,
  { layout, training }: LayoutOptions & { training?: boolean },
  norm: (valid: Tensor) => Tensor,
): Tensor {
  return call(op, () => {
    if (layout === "nhwc")
      return asNCHW(op, [x], (x) => overPositions(op, x, mask, { training }, norm));
    checkTensor(op, "input", x);
    channelShape(op, x, false);
    const positions = positionsOf(op, x, mask);
    using index = positions.index;
    if (training && index.size < 2) {
      throw new RangeError(
        `${op}: Expected more than 1 value per channel when training, got input size ${show(x.shape)} with ` +
          `${index.size} valid positions`,
      );
    }
    using valid = gatherPositions(x, positions);
    using y = norm(valid);
    return scatterPositions(y, positions);
  });
}

/** The valid positions of x alone, [1, C, count]. */
export function gatherPositions(x: Tensor, { shape, index, stride }: Positions): Tensor {
  const { runtime } = x;
  const args = [index.size, stride] as const;
  const y = empty(runtime, [1, shape[1], index.size]);
  runtime.run("gatherPositions", shape[1], 2 * index.size, [y.ptr, x.ptr, index.ptr, ...args]);
  const how = { op: "gather", shape, stride };
  return record(how, y, [x], [index], (dy, [index]) => {
    const dx = zeros(dy, shape);
    runtime.run("scatterPositions", shape[1], 2 * args[0], [dx.ptr, dy.ptr, index.ptr, ...args]);
    return [dx];
  });
}

/** Puts y [1, C, count] back at its positions, with zeros elsewhere. */
export function scatterPositions(y: Tensor, { shape, index, stride }: Positions): Tensor {
  const { runtime } = y;
  const args = [index.size, stride] as const;
  const x = zeros(y, shape);
  runtime.run("scatterPositions", shape[1], 2 * index.size, [x.ptr, y.ptr, index.ptr, ...args]);
  const how = { op: "scatter", shape, stride };
  return record(how, x, [y], [index], (dx, [index]) => {
    const dy = empty(runtime, [1, shape[1], args[0]]);
    runtime.run("gatherPositions", shape[1], 2 * args[0], [dy.ptr, dx.ptr, index.ptr, ...args]);
    return [dy];
  });
}

function zeros({ runtime }: Tensor, shape: readonly number[]): Tensor {
  const made = empty(runtime, shape);
  made.elements.fill(0);
  return made;
}
