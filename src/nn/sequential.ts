import { isGradEnabled } from "../autograd.js";
import { areOfOneRuntime } from "../ops/check.js";
import { describe } from "../options.js";
import { type Tensor, tensor } from "../tensor.js";
import { ReLU } from "./activation.js";
import { affineOf, type SettledNorm, scalesAlong, tensorsOf } from "./batch-affine.js";
import { isActivating, isPlainly, isScaling } from "./joined.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

const isRelu = (layer: Module | undefined): boolean => isPlainly(layer, ReLU);

/**
 * Runs its layers one after the other. Their keys are "0", "1", …. Some neighbours run in one pass over memory: a norm,
 * convolution or linear layer with the ReLU after it, and, in evaluation under `noGrad`, a convolution with the batch
 * norm after it.
 * @shape what the first layer takes → what the last layer gives
 * @throws TypeError for what is no layer, and for a mask; what its layers throw
 * @source torch.nn.Sequential
 */
export class Sequential extends Module {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    for (const layer of layers)
      if (!(layer instanceof Module)) {
        const { prototype, name } = Object(layer);
        const hint = prototype instanceof Module ? `: write new ${name}()` : "";
        throw new TypeError(
          `Sequential: expected layers one by one, got ${describe(layer)}${hint}`,
        );
      }
    this.layers = layers;
  }

  override *children(): Generator<[string, Module]> {
    for (const [index, layer] of this.layers.entries()) yield [String(index), layer];
  }

  protected override setChild(name: string, child: Module): void {
    (this.layers as Module[])[Number(name)] = child;
  }

  forward(x: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      let value = x;
      for (let i = 0; i < this.layers.length; ) {
        const { output, taken } = this.#step(value, i);
        value = output;
        i += taken;
      }
      return value;
    });
  }

  /** The output of layer i and of the layers after it that ran in the same pass. `taken` counts all of these layers. */
  #step(x: Tensor, i: number): { output: Tensor; taken: number } {
    const [layer, next, afterNext] = this.layers.slice(i, i + 3);
    if (!isGradEnabled() && scalesAlong(next, 4, 1)) {
      const relu = isRelu(afterNext);
      const output = convolveAndScale(layer, next, x, relu);
      if (output) return { output, taken: relu ? 3 : 2 };
    }
    if (isRelu(next) && isActivating(layer))
      return { output: layer.activated(x, "relu"), taken: 2 };
    return { output: layer.forward(x), taken: 1 };
  }
}

/**
 * Convolution, batch norm and ReLU in one pass. Returns null where the layers run as well or better apart: for another
 * layer, for a scale beyond float32, and for whatever one of the layers refuses (other channels, another runtime).
 */
function convolveAndScale(
  layer: Module,
  norm: SettledNorm,
  x: Tensor,
  relu: boolean,
): Tensor | null {
  if (!isScaling(layer)) return null;
  const { bias } = layer;
  if (bias && bias.size !== norm.runningMean.size) return null;
  if (!areOfOneRuntime(x, bias, ...tensorsOf(norm))) return null;
  const affine = affineOf(norm, bias);
  const [scale, shift] = [affine.scale, affine.shift].map((values) => Float32Array.from(values));
  if (![...scale, ...shift].every(Number.isFinite)) return null;
  const { runtime } = x;
  using a = tensor(scale, [scale.length], { runtime });
  using b = tensor(shift, [shift.length], { runtime });
  return layer.scaled(x, a, b, relu ? "relu" : null);
}
