import { checkProbability } from "../numbers.js";
import { dropout, dropout2d } from "../ops/elementwise/dropout.js";
import { describe, type Rules } from "../options.js";
import type { Generator } from "../random.js";
import type { Tensor } from "../tensor.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

/** Options of the layers that contain a dropout. */
export interface DropoutLayerOptions extends LayerOptions {
  /** The probability of a drop in training; default 0. */
  dropout?: number;
}

const rules: Rules<{ generator?: Generator }> = { generator: "Generator" };

/**
 * Drops each element with probability p in training. `generator`: see `dropout`.
 * @shape x [...] → [...]
 * @throws RangeError for p outside [0, 1]; TypeError for p that is no number
 * @source Hinton et al. 2012, arXiv 1207.0580
 */
export class Dropout extends Module {
  readonly p: number;
  readonly generator: Generator | undefined;

  constructor(p = 0.5, options: { generator?: Generator } = {}) {
    super();
    const { generator } = layerOptions(this.constructor.name, options, rules);
    if (typeof p !== "number")
      throw new TypeError(
        `${this.constructor.name}: expected p to be a number, got ${describe(p)}`,
      );
    checkProbability(this.constructor.name, p);
    this.p = p;
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    const { p, training, generator } = this;
    return dropout(x, { p, training, generator });
  }
}

/**
 * Drops whole channels of [N, C, *] with probability p in training.
 * @shape x [N, C, *] of 3 dimensions or more → the same shape
 * @throws RangeError for p outside [0, 1] and less than 3 dimensions; TypeError for p that is no number
 * @source Tompson et al. 2014, arXiv 1411.4280
 */
export class Dropout2d extends Dropout {
  override forward(x: Tensor): Tensor {
    const { p, training, generator } = this;
    return dropout2d(x, { p, training, generator });
  }
}
