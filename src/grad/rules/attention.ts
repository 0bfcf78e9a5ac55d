import type { Rules } from "../../ops/product/attention-blocks.js";
import { attendDropped } from "../../ops/product/attention-dropped.js";
import { disposeSymbol, type Tensor } from "../../tensor.js";
import type { Composed } from "../rule.js";
import { zerosOf } from "../step.js";

/** With all weights at once, none of them dropped. */
export const attention: Composed<Rules & { heads: number }> = {
  op: (inputs: [Tensor, Tensor, Tensor], { how, saved, dy }) => {
    if (how.count * how.l * how.s === 0) return zerosOf(dy, dy.shape);
    const [, , , values, offsets] = saved;
    const mask = values && {
      ...{ values, offsets: offsets as unknown as Tensor<"int32">, pitch: how.maskPitch },
      [disposeSymbol]: () => {},
    };
    return attendDropped(inputs, how.heads, how, mask ?? null, 0, undefined);
  },
};
