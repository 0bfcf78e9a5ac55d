import { call } from "../call.js";
import { tidy } from "../tensor.js";

/** An operation made of other operations. What its steps make on the way is freed; errors have its name. */
export const composed = <T>(op: string, steps: () => T): T => call(op, () => tidy(steps));
