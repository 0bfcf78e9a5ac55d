import { permute } from "../ops/permute.js";
import { show, type Tensor } from "../tensor.js";
import { Module } from "./module.js";

/** Gives the channels of [N, C, *] to a layer made for the last axis, such as ScaleNorm. */
export class ChannelsLast extends Module {
  readonly layer: Module;

  constructor(layer: Module) {
    super();
    this.layer = layer;
  }

  forward(x: Tensor): Tensor {
    const rank = x.shape.length;
    if (rank < 2)
      throw new RangeError(
        `ChannelsLast: expected input of shape [N, C, ...], got ${show(x.shape)}`,
      );
    const space = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    using turned = permute(x, [0, ...space, 1]);
    using y = this.layer.forward(turned);
    return permute(y, [0, rank - 1, ...space.map((axis) => axis - 1)]);
  }
}
