// The gradient of a weight tap by tap, only over those pixels where the tap meets an input.
import { behind } from "../../runtime/address.js";
import { type Tensor, temporary } from "../../tensor.js";
import type { Pair } from "../check.js";
import { slice } from "../shape/slice.js";
import type { ConvShape } from "./conv-plan.js";

/**
 * dw from dy and x. Each tap is a 1×1 convolution whose gradient `product` makes: nothing is multiplied by the padding.
 */
export function tapByTap(
  conv: ConvShape,
  dw: Tensor,
  dy: Tensor,
  x: Tensor,
  product: (conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor) => void,
): void {
  const { kernel, stride, padding, dilation, image, output } = conv;
  const [rows, channels, ...sides] = dw.shape;
  const area = kernel[0] * kernel[1];
  for (let tap = 0; tap < area; tap++) {
    const at: Pair = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    const offset = at.map((k, d) => k * dilation[d] - padding[d]);
    const first = offset.map((o, d) => Math.min(output[d], Math.max(0, Math.ceil(-o / stride[d]))));
    const end = offset.map((o, d) =>
      Math.max(first[d], Math.min(output[d], Math.ceil((image[d] - o) / stride[d]))),
    );
    using part = temporary(dw.runtime, [rows, channels, ...sides.map(() => 1)]);
    using some = slice(dy, 2, first[0], end[0]);
    using seen = slice(some, 3, first[1], end[1]);
    if (seen.size === 0) part.elements.fill(0);
    else {
      const inside = {
        kernel: [1, 1],
        output: [seen.shape[2], seen.shape[3]],
        padding: [-offset[0] - first[0] * stride[0], -offset[1] - first[1] * stride[1]],
      } as const;
      product({ ...conv, ...inside }, part, seen, x);
    }
    const args = [behind(dw.ptr, 4 * tap), part.ptr, area, 1, 1] as const;
    dw.runtime.run("copyRuns", rows * channels, 2, args);
  }
}
