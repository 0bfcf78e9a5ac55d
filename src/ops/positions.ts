// The positions that a mask leaves: what a norm with padding works on.
import { record } from "../autograd.js";
import { type AnyTensor, empty, show, sizeOf, Tensor, tensor } from "../tensor.js";
import { checkSameRuntime } from "./check.js";

/** Where the valid positions of x [N, C, ...] lie: channel c of position m at index[m] + c·stride. The caller frees the index. */
export interface Positions {
  shape: readonly number[];
  index: Tensor<"int32">;
  stride: number;
}

/** The positions of x [N, C, ...] where `mask` [N, ...] is 1. Throws for another shape or dtype, and for values but 0 and 1. */
export function positionsOf(op: string, x: Tensor, mask: AnyTensor): Positions {
  if (!(mask instanceof Tensor)) throw new TypeError(`${op}: expected mask to be a tensor`);
  if (mask.dtype !== "float32" && mask.dtype !== "int32" && mask.dtype !== "uint8")
    throw new TypeError(`${op}: expected mask of dtype float32, int32 or uint8, got ${mask.dtype}`);
  const [batch, channels, ...space] = x.shape;
  if (show(mask.shape) !== show([batch, ...space])) {
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
  const index = tensor(Int32Array.from(valid), [valid.length], { runtime: x.runtime });
  return { shape: x.shape, index, stride };
}

/** [1, C, count]: the valid positions of x alone. */
export function gatherPositions(x: Tensor, { shape, index, stride }: Positions): Tensor {
  const { runtime } = x;
  const args = [index.size, stride];
  const y = empty(runtime, [1, shape[1], index.size]);
  runtime.run("gatherPositions", shape[1], 2 * index.size, [y.ptr, x.ptr, index.ptr, ...args]);
  return record("gather", y, [x], [index], (dy, [index]) => {
    const dx = zeros(dy, shape);
    runtime.run("scatterPositions", shape[1], 2 * args[0], [dx.ptr, dy.ptr, index.ptr, ...args]);
    return [dx];
  });
}

/** y [1, C, count] back at its positions, zeros elsewhere. */
export function scatterPositions(y: Tensor, { shape, index, stride }: Positions): Tensor {
  const { runtime } = y;
  const args = [index.size, stride];
  const x = zeros(y, shape);
  runtime.run("scatterPositions", shape[1], 2 * index.size, [x.ptr, y.ptr, index.ptr, ...args]);
  return record("scatter", x, [y], [index], (dx, [index]) => {
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
