import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { unary } from "./unary.js";

/** Options of `gelu`. */
export interface GELUOptions {
  /** "none", the default, takes Φ; "tanh" takes 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as in GPT-2. */
  approximate?: "none" | "tanh";
}

const kernels = {
  gelu: { forward: "geluForward", backward: "geluBackward" },
  geluTanh: { forward: "geluTanhForward", backward: "geluTanhBackward" },
} as const;
const rules: Rules<GELUOptions> = { approximate: ["none", "tanh"] };

/**
 * x·Φ(x), element by element, where Φ is the normal distribution function. Φ is within 2^-23 of the true one, as in
 * PyTorch.
 * @shape x [...] → [...]
 * @throws RangeError for another `approximate`
 * @source Hendrycks, Gimpel 2016, arXiv 1606.08415
 */
export function gelu(x: Tensor, options: GELUOptions = {}): Tensor {
  return call("gelu", () => {
    const { approximate = "none" } = checkOptions("gelu", options, rules);
    checkTensor("gelu", "input", x);
    const name = approximate === "tanh" ? "geluTanh" : "gelu";
    return unary(name, kernels[name], x, "input", 8);
  });
}
