import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { spread } from "../broadcast.js";
import { checkTensor, type Pair, pairOf } from "../check.js";
import { reduceSum } from "../reduction.js";

/** A number is for both sides; null keeps the length of the input. */
export type OutputSize = number | readonly [height: number | null, width: number | null];

/** @internal The checked size; null becomes the length of the image. */
export function outputSizeOf(op: string, size: OutputSize, image: Pair): Pair {
  const filled = Array.isArray(size) ? size.map((length, i) => length ?? image[i]) : size;
  return pairOf(op, "outputSize", filled as number | Pair, 0);
}

/**
 * x [N, C, H, W] or [C, H, W] averaged down to `outputSize` (see OutputSize). Output row i is the mean of rows
 * ⌊i·H/out⌋ … ⌈(i + 1)·H/out⌉ − 1, as in PyTorch.
 * @shape x [N, C, H, W] or [C, H, W] → [N, C, outH, outW] or [C, outH, outW]
 * @throws RangeError for another rank, an empty image, or an outputSize that is no integer ≥ 0
 * @source torch.nn.functional.adaptive_avg_pool2d
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  const op = "adaptiveAvgPool2d";
  return call(op, () => {
    checkTensor(op, "input", x);
    const rank = x.shape.length;
    if ((rank !== 3 && rank !== 4) || sizeOf(x.shape.slice(-3)) === 0) {
      throw new RangeError(
        `${op}: expected input of shape [N, C, H, W] or [C, H, W] with C, H, W > 0, got ${show(x.shape)}`,
      );
    }
    const [h, w] = x.shape.slice(-2);
    const [outH, outW] = outputSizeOf(op, outputSize, [h, w]);
    const { runtime, shape } = x;
    const outer = shape.slice(0, -2);
    const outShape = [...outer, outH, outW];
    if (outH === 1 && outW === 1) {
      const axes = [rank - 2, rank - 1];
      const y = reduceSum(x, axes, outShape, h * w);
      return record(op, y, [x], [], (dy) => [spread(dy, axes, shape, h * w)]);
    }
    const planes = sizeOf(outer);
    const work = 4 * h * w;
    const y = empty(runtime, outShape);
    runtime.run("adaptiveAvgPool2dForward", planes, work, [y.ptr, x.ptr, h, w, outH, outW]);
    return record(op, y, [x], [], (dy) => {
      const dx = empty(runtime, shape);
      runtime.run("adaptiveAvgPool2dBackward", planes, work, [dx.ptr, dy.ptr, h, w, outH, outW]);
      return [dx];
    });
  });
}
