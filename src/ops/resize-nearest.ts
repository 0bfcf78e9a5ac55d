import { record } from "../autograd.js";
import { call } from "../call.js";
import { empty, full, show, type Tensor } from "../tensor.js";
import { checkTensor } from "./check.js";

/** x [N, C, H, W] as [N, C, height, width]: pixel (i, j) is ⌊i·H/height⌋, ⌊j·W/width⌋, PyTorch's "nearest". */
export function resizeNearest(x: Tensor, [height, width]: readonly [number, number]): Tensor {
  return call("resizeNearest", () => {
    checkTensor("resizeNearest", "input", x);
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
    for (let i = 0; i < y.size; i++) y.data[i] = x.data[source(i)];
    return record("resizeNearest", y, [x], [], (dy) => {
      const dx = full(shape, 0, { runtime });
      for (let i = 0; i < dy.size; i++) dx.data[source(i)] += dy.data[i];
      return [dx];
    });
  });
}
