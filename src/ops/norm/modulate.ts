import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";

/**
 * x·(1 + scale) + shift, all of one shape. Spatially adaptive normalisation does this to a norm without parameters;
 * scale and shift are maps made from a segmentation.
 * @shape x, scale and shift of one shape → that shape
 * @throws RangeError on other shapes
 * @source Park et al. 2019, SPADE, arXiv 1903.07291
 */
export function modulate(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return call("modulate", () => {
    checkTensor("modulate", "input", x);
    for (const [name, tensor] of Object.entries({ scale, shift })) {
      checkTensor("modulate", name, tensor);
      checkShape("modulate", name, tensor, x.shape);
    }
    checkSameRuntime("modulate", x, scale, shift);
    const { runtime, shape } = x;
    const y = empty(runtime, shape);
    runtime.run("modulateForward", x.size, 4, [y.ptr, x.ptr, scale.ptr, shift.ptr]);
    return record("modulate", y, [x, scale, shift], [x, scale], (dy, [x, scale]) => {
      const [dx, dscale] = [empty(runtime, shape), empty(runtime, shape)];
      runtime.run("modulateBackward", x.size, 5, [dx.ptr, dscale.ptr, dy.ptr, x.ptr, scale.ptr]);
      return [dx, dscale, dy];
    });
  });
}
