// Where the channels of a tensor are.
import { call } from "../../call.js";
import { type Shape, show, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { permute } from "./permute.js";

/** "nchw" is [N, C, ...], "nhwc" is [N, ..., C]. */
export type Layout = "nchw" | "nhwc";
/** @internal The rules of options use them. */
export const layouts: readonly Layout[] = ["nchw", "nhwc"];

/** The option of all that works on channels. */
export interface LayoutOptions {
  /** Where the channels of input and output are: the second axis (default) or the last. */
  layout?: Layout;
}

/** The shape of x as [N, C, ...], wherever its channels are. Throws RangeError for less than two dimensions. */
export function channelShape(op: string, { shape }: Tensor, last: boolean): Shape {
  if (shape.length < 2) {
    const wanted = last ? "[N, ..., C]" : "[N, C, ...]";
    throw new RangeError(`${op}: expected input of shape ${wanted}, got ${show(shape)}`);
  }
  return last ? [shape[0], shape[shape.length - 1], ...shape.slice(1, -1)] : shape;
}

/**
 * `norm` of inputs [N, ..., C] turned to [N, C, ...], with its result turned back. This takes two more passes over
 * memory.
 */
export function asNCHW(
  op: string,
  inputs: readonly Tensor[],
  norm: (...turned: Tensor[]) => Tensor,
): Tensor {
  return call(op, () => {
    for (const x of inputs) {
      checkTensor(op, "input", x);
      channelShape(op, x, true);
    }
    const turned = inputs.map((x) => {
      const [batch, ...rest] = x.shape.keys();
      return permute(x, [batch, ...rest.slice(-1), ...rest.slice(0, -1)]);
    });
    try {
      using y = norm(...turned);
      const [batch, channels, ...space] = y.shape.keys();
      return permute(y, [batch, ...space, channels]);
    } finally {
      for (const x of turned) x.dispose();
    }
  });
}
