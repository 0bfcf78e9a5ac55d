import { show, sizeOf, type Tensor } from "../../tensor.js";
import { checkTensor, sidesOf } from "../check.js";
import { composed } from "../composed.js";
import { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";

/**
 * x [N, C, L] or [C, L] averaged down to `outputSize` positions, each side as in `adaptiveAvgPool2d`.
 * @shape x [N, C, L] or [C, L] → [N, C, outputSize] or [C, outputSize]
 * @throws RangeError for another rank, an empty image, or an outputSize that is no integer ≥ 0
 * @source torch.nn.functional.adaptive_avg_pool1d
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: number): Tensor {
  const op = "adaptiveAvgPool1d";
  return composed(op, () => {
    checkTensor(op, "input", x);
    const { shape } = x;
    if ((shape.length !== 2 && shape.length !== 3) || sizeOf(shape.slice(-2)) === 0)
      throw new RangeError(
        `${op}: expected input of shape [N, C, L] or [C, L] with C, L > 0, got ${show(shape)}`,
      );
    const [length] = sidesOf(op, "outputSize", outputSize, 0, 1);
    const y = adaptiveAvgPool2d(x.reshape(shape.toSpliced(-1, 0, 1)), [1, length]);
    return y.reshape(shape.with(-1, length));
  });
}
