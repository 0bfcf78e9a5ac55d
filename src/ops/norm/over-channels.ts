// What the norms over the channels of each position share. They are over rows where channels are last, over columns
// where second.
import { checkNumber } from "../../numbers.js";
import type { Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { axisNorm } from "./axis-norm.js";
import { channelShape, type Layout } from "./layout.js";
import { rowNorm } from "./row-norm.js";

export interface OverChannels {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps: number;
  layout: Layout | undefined;
  /** With false, the mean is left out. */
  centre: boolean;
}

/** Checks the arguments and normalises x over its channels. weight and bias are [C]. */
export function normOverChannels(op: string, x: Tensor, o: OverChannels): Tensor {
  const { weight, bias, eps, layout, centre } = o;
  checkTensor(op, "input", x);
  const last = layout === "nhwc";
  const [, channels, ...space] = channelShape(op, x, last);
  checkShape(op, "weight", weight, [channels]);
  checkShape(op, "bias", bias, [channels]);
  checkSameRuntime(op, x, weight, bias);
  checkNumber(op, "eps", eps);
  if (last || space.length === 0) return rowNorm(op, x, [channels], { weight, bias, eps, centre });
  return axisNorm(op, x, 1, 2, { statistic: centre ? "moments" : "rms", eps, weight, bias });
}
