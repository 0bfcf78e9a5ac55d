import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor, temporary } from "../../tensor.js";
import { mul } from "../elementwise/mul.js";
import { negate } from "../elementwise/neg.js";
import { sub } from "../elementwise/sub.js";
import { sumPartials } from "../reduction.js";
import { checkPair, type Reduction, reductions } from "./loss.js";

/** Options of `mseLoss`. */
export interface MseLossOptions {
  /** What becomes of the squares; "mean" by default. */
  reduction?: Reduction;
}

/** Elements of one partial sum. */
const PIECE = 16384;

const rules: Rules<MseLossOptions> = { reduction: reductions };

/**
 * (input − target)², averaged over all elements (NaN for none), summed, or with "none" as it is. Both have one shape.
 * @shape input [...], target [...] → [], or with "none" [...]
 * @throws RangeError for two shapes and for another `reduction`
 * @source torch.nn.functional.mse_loss
 */
export function mseLoss(input: Tensor, target: Tensor, options: MseLossOptions = {}): Tensor {
  return call("mseLoss", () => {
    const { reduction = "mean" } = checkOptions("mseLoss", options, rules);
    checkPair("mseLoss", input, target);
    if (reduction === "none") {
      using difference = sub(input, target);
      return mul(difference, difference);
    }
    const { runtime, size } = input;
    const divisor = reduction === "mean" ? size : 1;
    using partials = temporary(runtime, [Math.ceil(size / PIECE)], "float64");
    const args = [partials.ptr, input.ptr, target.ptr, size, PIECE] as const;
    runtime.run("squaredErrorSums", partials.size, 2 * PIECE, args);
    const loss = sumPartials(partials, divisor);
    const how = { op: "mseLoss", divisor };
    return record(how, loss, [input, target], [input, target], (dy, [a, b], needs) => {
      const da = empty(runtime, a.shape);
      runtime.run("squaredErrorBackward", size, 2, [da.ptr, dy.ptr, a.ptr, b.ptr, 2 / divisor]);
      const db = needs[1] ? negate(da) : null;
      if (needs[0]) return [da, db];
      da.dispose();
      return [null, db];
    });
  });
}
