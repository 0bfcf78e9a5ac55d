import { adaptiveAvgPool2d } from "../ops/adaptive-avg-pool2d.js";
import type { Tensor } from "../tensor.js";
import { Module } from "./module.js";

type Size = number | readonly [number | null, number | null];

/** Averages [N, C, H, W] down to `outputSize` positions. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: Size;

  constructor(outputSize: Size) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}
