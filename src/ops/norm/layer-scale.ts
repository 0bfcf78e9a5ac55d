import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { show, type Tensor } from "../../tensor.js";
import { checkShape, checkTensor } from "../check.js";
import { mul } from "../elementwise/mul.js";
import { type Layout, layouts } from "./layout.js";

const rules: Rules<{ layout?: Layout }> = { layout: layouts };

/**
 * Layer scale: x·weight. weight [C] is along the last axis, or for `layout` "nchw" along axis 1.
 * @shape x [..., C], weight [C] → [..., C]
 * @throws RangeError on shapes that do not fit
 * @source Touvron et al. 2021, CaiT, arXiv 2103.17239
 */
export function layerScale(x: Tensor, weight: Tensor, options: { layout?: Layout } = {}): Tensor {
  const op = "layerScale";
  return call(op, () => {
    const { layout = "nhwc" } = checkOptions("layerScale", options, rules);
    checkTensor(op, "input", x);
    const axis = layout === "nhwc" ? x.shape.length - 1 : 1;
    if (!(axis in x.shape))
      throw new RangeError(`${op}: expected input with a channel axis, got ${show(x.shape)}`);
    checkTensor(op, "weight", weight);
    checkShape(op, "weight", weight, [x.shape[axis]]);
    using factor = weight.reshape([-1, ...x.shape.slice(axis + 1).map(() => 1)]);
    return mul(x, factor as Tensor);
  });
}
