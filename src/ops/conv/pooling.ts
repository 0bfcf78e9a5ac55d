// What max and average pooling share: the geometry of windows of one size.
import { type AnyTensor, show, sizeOf, type Tensor, tensor } from "../../tensor.js";
import { checkTensor, type Pair, pairOf } from "../check.js";
import { paddedLength, perSide, reachOf } from "./conv-options.js";

/** What both poolings take. A number stands for both sides. */
export interface PoolOptions {
  /** The step from one window to the next. Default: the size of the window. */
  stride?: number | Pair;
  /** The padding at each border, at most half of the window; 0 by default. */
  padding?: number | Pair;
  /** Whether windows may start inside and end outside of the input; false by default. */
  ceilMode?: boolean;
}

/** The checked windows over x [N, C, H, W] or [C, H, W]. */
export interface Windows {
  planes: number;
  /** How many elements of a plane its windows read. */
  work: number;
  shape: readonly number[];
  /** What assembly/conv/window-pooling.ts takes; the caller frees it. */
  plan: () => AnyTensor;
}

/** All sizes of the pooling. Refuses what PyTorch refuses. */
export function windowsOf(
  op: string,
  x: Tensor,
  kernelSize: number | Pair,
  options: PoolOptions & { dilation?: number | Pair },
): Windows {
  checkTensor(op, "input", x);
  const rank = x.shape.length;
  if ((rank !== 3 && rank !== 4) || sizeOf(x.shape.slice(-3)) === 0) {
    throw new RangeError(
      `${op}: expected input of shape [N, C, H, W] or [C, H, W] with C, H, W > 0, got ${show(x.shape)}`,
    );
  }
  const kernel = pairOf(op, "kernelSize", kernelSize, 1);
  const stride = pairOf(op, "stride", options.stride ?? kernel, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 0);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 1);
  const { ceilMode = false } = options;
  const image: Pair = [x.shape[rank - 2], x.shape[rank - 1]];
  const output = perSide((d) => {
    const reach = reachOf(kernel[d], dilation[d]);
    if (reach >= 2 ** 31)
      throw new RangeError(
        `${op}: expected windows reaching over less than 2³¹ pixels, got ${reach}`,
      );
    if (padding[d] > Math.floor(reach / 2)) {
      throw new RangeError(
        `${op}: pad should be at most half of effective kernel size, got padding ${padding[d]} and a window ` +
          `reaching over ${reach}`,
      );
    }
    const padded = paddedLength(op, image[d], 2 * padding[d]);
    const steps = (padded - reach) / stride[d];
    const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // no window starts in the padding at the far end
    const last = ceilMode && (count - 1) * stride[d] >= image[d] + padding[d] ? count - 1 : count;
    if (last < 1) {
      throw new RangeError(
        `${op}: expected windows no larger than the padded input, got ${reach} over ${padded} pixels`,
      );
    }
    return last;
  });
  const outer = x.shape.slice(0, -2);
  return {
    planes: sizeOf(outer),
    work: output[0] * output[1] * kernel[0] * kernel[1],
    shape: [...outer, ...output],
    plan: () => {
      const words = [image, output, kernel, stride, padding, dilation].flat();
      return tensor(Int32Array.from(words), [words.length], { runtime: x.runtime });
    },
  };
}
