import { adaptiveAvgPool2d } from "../ops/adaptive-avg-pool2d.js";
import { type AvgPool2dOptions, avgPool2d, avgPool2dRules } from "../ops/avg-pool2d.js";
import { pairOf } from "../ops/conv-options.js";
import { type MaxPool2dOptions, maxPool2d, maxPool2dRules } from "../ops/max-pool2d.js";
import { checkOptions } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Module } from "./module.js";

type Size = number | readonly [number | null, number | null];
type Pair = number | readonly [number, number];

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

/** Refuses sizes that no input would fit. */
function checkWindow(
  op: string,
  kernelSize: Pair,
  { stride, padding, dilation }: MaxPool2dOptions,
) {
  pairOf(op, "kernelSize", kernelSize, 1);
  pairOf(op, "stride", stride ?? kernelSize, 1);
  pairOf(op, "padding", padding ?? 0, 0);
  pairOf(op, "dilation", dilation ?? 1, 1);
}

/** The largest element of each window of [N, C, H, W]. */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = { ...checkOptions("MaxPool2d", options, maxPool2dRules) };
    checkWindow("MaxPool2d", kernelSize, this.options);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [N, C, H, W]. */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = { ...checkOptions("AvgPool2d", options, avgPool2dRules) };
    checkWindow("AvgPool2d", kernelSize, this.options);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}
