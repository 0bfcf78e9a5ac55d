import type { Tensor } from "../tensor.js";
import { Module } from "./module.js";

/**
 * Returns its input.
 * @shape x [...] → [...]
 * @throws never
 * @source torch.nn.Identity
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}
