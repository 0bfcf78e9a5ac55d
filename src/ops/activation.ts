// The activations a norm can have in its own pass, see assembly/lib/activate.ts.
import type { Tensor } from "../tensor.js";
import { gelu } from "./gelu.js";
import { relu } from "./relu.js";
import { silu } from "./silu.js";

const codes = ["relu", "gelu", "silu"] as const;
const ops = { relu, gelu, silu };

/** What follows a norm: max(x, 0), x·P(z < x) or x/(1 + e^−x). */
export type Activation = (typeof codes)[number];

export function checkActivation(op: string, activation: Activation | null | undefined): void {
  if (!activation || codes.includes(activation)) return;
  throw new RangeError(
    `${op}: expected activation to be one of ${codes.join(", ")}, got ${activation}`,
  );
}

/** The kernels' name for it; 0 is none. */
export const activationCode = (activation: Activation | null | undefined): number =>
  activation ? codes.indexOf(activation) + 1 : 0;

/** The same as a step of its own. */
export const activate = (activation: Activation, x: Tensor): Tensor => ops[activation](x);
