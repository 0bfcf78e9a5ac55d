import { record } from "../../autograd.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Address } from "../../runtime/address.js";
import { empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { type ActivationOption, behindRelu, boundsOf, withActivation } from "./epilogue.js";
import { gemm, packColumns, panelFloats } from "./gemm.js";
import { panelsOf } from "./packed.js";

const rules: Rules<ActivationOption> = { activation: "string|null" };

/**
 * x·weightᵀ + bias, over the last axis of x.
 * @shape x [..., in], weight [out, in], bias [out] or null → [..., out]
 * @throws RangeError when the last length of x is not `in`, and for another shape of weight or bias
 * @source torch.nn.functional.linear
 */
export function linear(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ActivationOption = {},
): Tensor {
  checkOptions("linear", options, rules);
  checkTensor("linear", "input", x);
  checkTensor("linear", "weight", weight);
  if (weight.shape.length !== 2)
    throw new RangeError(`linear: expected weight of shape [out, in], got ${show(weight.shape)}`);
  const [n, k] = weight.shape;
  if (x.shape.at(-1) !== k)
    throw new RangeError(`linear: expected input of shape [..., ${k}], got ${show(x.shape)}`);
  checkShape("linear", "bias", bias, [n]);
  checkSameRuntime("linear", x, weight, bias);

  return withActivation("linear", options, (relu) => product(x, weight, bias, relu));
}

function product(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  relu: boolean,
): Tensor {
  const [n, k] = weight.shape;
  const { runtime } = x;
  const batch = x.shape.slice(0, -1);
  const m = sizeOf(batch);
  const y = empty(runtime, [...batch, n]);
  const [shift, least] = boundsOf({ bias, relu });
  const columns = { ptr: weight.ptr, transposed: true };
  const pack = (to: Address) => packColumns(runtime, to, columns, n, k);
  using panels = panelsOf(weight, `linear ${n}`, panelFloats(n, k), pack);
  const options = { bias: shift, least, panels: panels.ptr };
  gemm(runtime, y.ptr, { ptr: x.ptr }, columns, m, n, k, options);
  const shapes = [x.shape, weight.shape, [n]];
  const saved = [weight.requiresGrad ? x : null, x.requiresGrad ? weight : null, relu ? y : null];
  return record("linear", y, [x, weight, bias], saved, (dy, [x, weight, y], needs) =>
    behindRelu(dy, y, (dy) => {
      const [dx, dWeight, dBias] = shapes.map((shape, i) =>
        needs[i] ? empty(runtime, shape) : null,
      );
      if (dx) gemm(runtime, dx.ptr, { ptr: dy.ptr }, { ptr: weight.ptr }, m, k, n);
      if (dWeight) {
        gemm(runtime, dWeight.ptr, { ptr: dy.ptr, transposed: true }, { ptr: x.ptr }, n, k, m);
      }
      if (dBias) runtime.run("sumColumns", Math.ceil(n / 4), 4 * m, [dBias.ptr, dy.ptr, m, n]);
      return [dx, dWeight, dBias];
    }),
  );
}
