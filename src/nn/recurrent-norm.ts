// Norms inside of recurrent cells. Every one is called with the number of its step.
import { batchNorm } from "../ops/norm/batch-norm.js";
import { layerNorm } from "../ops/norm/layer-norm.js";
import { ones, type Tensor, zeros } from "../tensor.js";
import { constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** A norm of [N, features] in a cell. */
export abstract class CellNorm extends Module {
  abstract at(step: number, x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    return this.at(0, x);
  }
}

/** Which norm a cell has: "ln", layer norm, or "bn", recurrent batch norm. */
export type CellNormName = "ln" | "bn";

/** Layer norm of all features: the same at each step. */
export class CellLayerNorm extends CellNorm {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(features: number, { runtime }: LayerOptions) {
    super();
    this.weight = constant([features], 1, runtime);
    this.bias = constant([features], 0, runtime);
  }

  at(_: number, x: Tensor): Tensor {
    const { weight, bias } = this;
    return layerNorm(x, [weight.size], { weight, bias });
  }
}

/**
 * Batch norm with running statistics of their own for each of the first `steps` steps; later steps have those of the
 * last. The scale begins at 0.1, as the paper found necessary; only the norm of the cell's state has a shift.
 */
export class CellBatchNorm extends CellNorm {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly steps: number;

  constructor(features: number, steps: number, shift: boolean, { runtime }: LayerOptions) {
    super();
    this.weight = constant([features], 0.1, runtime);
    this.bias = shift ? constant([features], 0, runtime) : null;
    this.steps = steps;
    for (let step = 0; step < steps; step++) {
      const mean = `running_mean_${step}`;
      const variance = `running_var_${step}`;
      Reflect.set(this, mean, this.buffer(mean, zeros([features], { runtime })));
      Reflect.set(this, variance, this.buffer(variance, ones([features], { runtime })));
    }
  }

  at(step: number, x: Tensor): Tensor {
    const { weight, bias, training } = this;
    const own = Math.min(step, this.steps - 1);
    const runningMean = Reflect.get(this, `running_mean_${own}`) as Tensor;
    const runningVar = Reflect.get(this, `running_var_${own}`) as Tensor;
    return batchNorm(x, { weight, bias, runningMean, runningVar, training });
  }
}
