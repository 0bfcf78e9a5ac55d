import { Rng } from "../src/data/rng.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import type { Program } from "./program.js";

/** The results of a provider. Their order is the same for all providers of a workload. */
export type Outputs = readonly (Tensor | Float32Array)[];

export interface Step {
  /** Runs before every `run`, outside the measured time: the forward pass of a backward pass. */
  before?(): void;
  run(): Outputs;
  /** Frees what the `tidy` around everything does not free. */
  dispose?(): void;
}

/** The least work of a workload. */
export interface Cost {
  /**
   * The bytes read and written if every pass reads its inputs once and writes its outputs once, and the rest stays in
   * the caches.
   */
  bytes: number;
  /** Floating-point operations. A multiply-add counts as two. */
  flops: number;
}

/** One row of the bench. Providers make their inputs from `values`, so all work on the same numbers. */
export interface Workload {
  name: string;
  shape: Shape;
  /**
   * A small shape, quick in every provider. It is for tests, and for the comparison with `plain` if `shape` is too
   * slow.
   */
  tiny: Shape;
  cost(shape: Shape): Cost;
  /** The largest norm-wise relative difference between providers. */
  tolerance: number;
  ours(runtime: Runtime, shape: Shape): Step;
  /** Absent for whole networks: nobody would write them as loops. */
  plain?(shape: Shape): Step;
  /** The workload for other libraries. Rows with a program are in bench:peers. */
  program?(shape: Shape): Program;
  /** The numbers of threads for measuring other libraries. Default: one thread. */
  threads?: readonly number[];
}

/** Sums of a few thousand float32 terms in another order differ by about 1e-6. */
export const ROUNDING = 1e-5;

/**
 * Seeded float32 values with mean `mean` and standard deviation `scale`. They are uniformly distributed, because that
 * is quick.
 */
export function values(shape: Shape, seed: number, scale = 1, mean = 0): Float32Array {
  const rng = new Rng(seed);
  const reach = Math.sqrt(3) * scale;
  const list = new Float32Array(sizeOf(shape));
  for (let i = 0; i < list.length; i++) list[i] = rng.uniform(mean - reach, mean + reach);
  return list;
}

/** A leaf with `values`. */
export function leaf(
  runtime: Runtime,
  shape: Shape,
  list: Float32Array,
  requiresGrad = false,
): Tensor {
  return tensor(list, shape, { runtime, requiresGrad });
}

/** Takes the gradients away from the leaves, so that the next step starts without them. */
export function takeGradients(leaves: readonly Tensor[]): Tensor[] {
  return leaves.map((owner) => {
    const { grad } = owner;
    if (!grad) throw new Error(`bench: a leaf of shape [${owner.shape}] got no gradient`);
    owner.grad = null;
    return grad;
  });
}
