import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, full, show, type Tensor } from "../../tensor.js";
import { checkTensor, type Pair, pairOf } from "../check.js";

/**
 * Pixel (i, j) of the result is pixel (⌊i·H/height⌋, ⌊j·W/width⌋) of x, PyTorch's "nearest".
 * @shape x [N, C, H, W] → [N, C, height, width]
 * @throws RangeError for another rank and for sizes that are no integers ≥ 0
 * @source torch.nn.functional.interpolate
 */
export function resizeNearest(x: Tensor, size: number | Pair): Tensor {
  return call("resizeNearest", () => {
    checkTensor("resizeNearest", "input", x);
    const [height, width] = pairOf("resizeNearest", "size", size, 0);
    const { runtime, shape } = x;
    if (shape.length !== 4)
      throw new RangeError(
        `resizeNearest: expected input of shape [N, C, H, W], got ${show(shape)}`,
      );
    const [batch, channels, h, w] = shape;
    if (h === height && w === width) return x.reshape(shape);
    const y = empty(runtime, [batch, channels, height, width]);
    const source = (i: number): number => {
      const row = Math.floor(i / width);
      const plane = Math.floor(row / height);
      const from = Math.floor(((row % height) * h) / height);
      return (plane * h + from) * w + Math.floor(((i % width) * w) / width);
    };
    const [from, to] = [x.elements, y.elements];
    for (let i = 0; i < y.size; i++) to[i] = from[source(i)];
    return record("resizeNearest", y, [x], [], (dy) => {
      const dx = full(shape, 0, { runtime });
      const [from, to] = [dy.elements, dx.elements];
      for (let i = 0; i < dy.size; i++) to[source(i)] += from[i];
      return [dx];
    });
  });
}
