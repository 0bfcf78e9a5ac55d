// Wrappers that run a layer made for one layout of the channels on the other layout. Their state-dict keys are those of
// the inner layer.

import { checkTensor } from "../ops/check.js";
import { permute } from "../ops/shape/permute.js";
import { describe } from "../options.js";
import { show, type Tensor } from "../tensor.js";
import { isModule, Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

abstract class Turned extends Module {
  readonly layer: Module;

  constructor(layer: Module) {
    super();
    if (!isModule(layer))
      throw new TypeError(
        `${this.constructor.name}: expected a layer to turn the axes for, got ${describe(layer)}`,
      );
    this.layer = layer;
  }

  /** The order of the input's axes in which the inner layer takes them. */
  protected abstract order(rank: number): number[];

  override *modules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    yield* this.layer.modules(prefix);
  }

  forward(x: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkTensor(this.constructor.name, "input", x);
      const rank = x.shape.length;
      if (rank < 2) {
        const name = this.constructor.name;
        throw new RangeError(
          `${name}: expected input of 2 or more dimensions, got ${show(x.shape)}`,
        );
      }
      const order = this.order(rank);
      using turned = permute(x, order);
      using y = this.layer.forward(turned);
      return permute(
        y,
        order.map((_, axis) => order.indexOf(axis)),
      );
    });
  }
}

const space = (rank: number, from: number) => Array.from({ length: rank - 2 }, (_, i) => from + i);

/**
 * Runs a layer made for channels on the last axis, such as ScaleNorm, on [N, C, *].
 * @shape x [N, C, *] → [N, C, *], through a layer of [N, *, C]
 * @throws TypeError for what is no layer and for a mask; RangeError for less than 2 dimensions
 */
export class ChannelsLast extends Turned {
  protected order(rank: number): number[] {
    return [0, ...space(rank, 2), 1];
  }
}

/**
 * Runs a layer made for [N, C, *], such as GroupNorm, on [N, *, C].
 * @shape x [N, *, C] → [N, *, C], through a layer of [N, C, *]
 * @throws TypeError for what is no layer and for a mask; RangeError for less than 2 dimensions
 */
export class ChannelsFirst extends Turned {
  protected order(rank: number): number[] {
    return [0, rank - 1, ...space(rank, 1)];
  }
}
