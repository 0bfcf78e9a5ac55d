// The activations that a norm can do in its own pass: see assembly/lib/activate.ts.
import { type Activation as ActivationCode, activation as codes } from "../../runtime/kernels.js";
import type { Tensor } from "../../tensor.js";
import { gelu } from "./gelu.js";
import { relu } from "./relu.js";
import { silu } from "./silu.js";

/** The activation behind a norm: max(x, 0), x·P(z < x) or x/(1 + e^−x). */
export type Activation = Exclude<keyof typeof codes, "none">;

const ops: Record<Activation, (x: Tensor) => Tensor> = { relu, gelu, silu };

export function checkActivation(op: string, activation: Activation | null | undefined): void {
  if (!activation || Object.hasOwn(ops, activation)) return;
  throw new RangeError(
    `${op}: expected activation to be one of ${Object.keys(ops).join(", ")}, got ${activation}`,
  );
}

/** The code of an activation, as the kernels take it. */
export const activationCode = (activation: Activation | null | undefined): ActivationCode =>
  codes[activation || "none"];

/** The activation as a step of its own. */
export const activate = (activation: Activation, x: Tensor): Tensor => ops[activation](x);
