import type { Module } from "../src/nn/module.js";
import { type Shape, sizeOf } from "../src/tensor.js";
import type { Leaf, Program, ProgramStep } from "./program.js";
import { type Cost, values } from "./workload.js";

type Options = ProgramStep["options"];
/** The result of a step: its name and shape. */
export interface Value {
  name: string;
  shape: Shape;
}
type Layer = Cost & { kind: "product" | "norm" };

/**
 * A network written as a program, layer by layer. Each layer adds seeded parameters under the keys of the state dict, a
 * step, and a cost. Activations, sums and pooling cost nothing, because they are parts of the layers before them.
 */
export class Net {
  readonly leaves: Record<string, Leaf> = {};
  readonly parameters: string[] = [];
  readonly #steps: ProgramStep[] = [];
  readonly #layers: Layer[] = [];
  #seed = 10;

  input(name: string, shape: Shape, data: Leaf["data"]): Value {
    this.leaves[name] = { shape, data };
    return { name, shape };
  }

  /** Adds a step without parameters of its own. `shape` is needed if it differs from that of the first input. */
  apply(op: string, inputs: readonly Value[], options: Options = {}, shape?: Shape): Value {
    const name = `${op}${this.#steps.length}`;
    this.#steps.push({ op, inputs: inputs.map((input) => input.name), options, name });
    return { name, shape: shape ?? inputs[0].shape };
  }

  /**
   * A convolution, padded to keep the size, with every `stride`-th output. Weights have the scale of He et al. 2015, so
   * that signals keep their size.
   */
  conv2d(
    key: string,
    x: Value,
    out: number,
    size: number,
    { stride = 1, bias = true } = {},
  ): Value {
    const [batch, channels, ...sides] = x.shape;
    const scale = Math.sqrt(2 / (channels * size ** 2));
    const inputs = [x, this.#parameter(`${key}.weight`, [out, channels, size, size], scale)];
    if (bias) inputs.push(this.#parameter(`${key}.bias`, [out], 0.1));
    const shape = [batch, out, ...sides.map((side) => Math.ceil(side / stride))];
    this.#product(x, shape, out * channels * size ** 2, channels * size ** 2);
    return this.apply("conv2d", inputs, { stride, padding: (size - 1) / 2 }, shape);
  }

  /** A transposed convolution, 3×3 with stride 2: it doubles the size. */
  convTranspose2d(key: string, x: Value, out: number): Value {
    const [batch, channels, height, width] = x.shape;
    const scale = Math.sqrt(2 / (channels * 2.25));
    const inputs = [
      x,
      this.#parameter(`${key}.weight`, [channels, out, 3, 3], scale),
      this.#parameter(`${key}.bias`, [out], 0.1),
    ];
    const shape = [batch, out, 2 * height, 2 * width];
    // Nine weights reach four pixels.
    this.#product(x, shape, out * channels * 9, (channels * 9) / 4);
    const options = { stride: 2, padding: 1, outputPadding: 1 };
    return this.apply("convTranspose2d", inputs, options, shape);
  }

  linear(key: string, x: Value, out: number): Value {
    const depth = x.shape[x.shape.length - 1];
    const shape = [...x.shape.slice(0, -1), out];
    const weight = this.#parameter(`${key}.weight`, [out, depth], Math.sqrt(1 / depth));
    this.#product(x, shape, out * depth, depth);
    return this.apply("linear", [x, weight, this.#parameter(`${key}.bias`, [out], 0.1)], {}, shape);
  }

  /** A norm with weight and bias of `features`. Batch norm gets running statistics too. */
  norm(op: string, key: string, x: Value, features: number, options: Options): Value {
    const inputs = [
      x,
      this.#parameter(`${key}.weight`, [features], 0.1, 1),
      this.#parameter(`${key}.bias`, [features], 0.1),
    ];
    if (op === "batchNorm") {
      inputs.push(
        this.input(`${key}.running_mean`, [features], values([features], this.#seed++, 0.3)),
        this.input(`${key}.running_var`, [features], values([features], this.#seed++, 0.2, 1)),
      );
    }
    // In evaluation, batch norm is a part of the convolution before it.
    if (op !== "batchNorm" || options.training === true) this.#norm(x);
    return this.apply(op, inputs, options);
  }

  instanceNorm(x: Value, eps: number): Value {
    this.#norm(x);
    return this.apply("instanceNorm", [x], { eps, channels: x.shape[1] });
  }

  /** softmax(q kᵀ / √d) v for each head. The weights [heads, T, T] stay in the caches. */
  attention(q: Value, k: Value, v: Value, heads: number): Value {
    const [batch, length, features] = q.shape;
    const products = 4 * batch * length * length * features;
    const flops = products + 16 * batch * heads * length * length;
    this.#layers.push({ kind: "product", bytes: 16 * sizeOf(q.shape), flops });
    return this.apply("attention", [q, k, v], { heads });
  }

  program(result: Value, { adam = null }: { adam?: number | null } = {}): Program {
    const gradients = adam === null ? [] : this.parameters;
    return { leaves: this.leaves, steps: this.#steps, result: result.name, gradients, adam };
  }

  /** The cost of the forward pass, or of training. The backward pass needs no gradient of the first layer's input. */
  cost(training: boolean): Cost {
    const total = { bytes: 0, flops: 0 };
    for (const [i, { kind, bytes, flops }] of this.#layers.entries()) {
      const passes = !training
        ? [1, 1]
        : kind === "norm"
          ? [5 / 2, 16 / 7]
          : i === 0
            ? [2, 2]
            : [3, 3];
      total.bytes += passes[0] * bytes;
      total.flops += passes[1] * flops;
    }
    return total;
  }

  #parameter(name: string, shape: Shape, scale: number, mean = 0): Value {
    this.parameters.push(name);
    return this.input(name, shape, values(shape, this.#seed++, scale, mean));
  }

  #product(x: Value, shape: Shape, weights: number, depth: number): void {
    const bytes = 4 * (sizeOf(x.shape) + sizeOf(shape) + weights);
    this.#layers.push({ kind: "product", bytes, flops: 2 * depth * sizeOf(shape) });
  }

  #norm(x: Value): void {
    this.#layers.push({ kind: "norm", bytes: 8 * sizeOf(x.shape), flops: 7 * sizeOf(x.shape) });
  }
}

/**
 * Copies a net's parameters and statistics into a module with the same keys. Throws if one is missing on either side.
 */
export function fill(module: Module, leaves: Record<string, Leaf>): void {
  for (const [key, owner] of module.stateDict()) {
    if (key.endsWith("num_batches_tracked")) continue;
    const leaf = leaves[key];
    if (owner.size !== leaf?.data.length) throw new Error(`bench: ${key} is not as expected`);
    owner.data.set(leaf.data as never);
  }
}
