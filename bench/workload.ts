import { Rng } from "../src/data/rng.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import type { Program } from "./program.js";

/** What a provider computed, in an order all providers of a workload share. */
export type Outputs = readonly (Tensor | Float32Array)[];

export interface Step {
  /** Done before every `run`, outside the clock: the forward pass of a backward. */
  before?(): void;
  run(): Outputs;
  /** Frees what is not freed by the `tidy` around it all. */
  dispose?(): void;
}

/** What a workload cannot do without. */
export interface Cost {
  /** Bytes read and written when every pass reads its inputs and writes its outputs once, and nothing else leaves the caches. */
  bytes: number;
  /** Floating-point operations, a multiply-add being two. */
  flops: number;
}

/** One row of the bench. Providers make their inputs from `values`, so all work on the same numbers. */
export interface Workload {
  name: string;
  shape: Shape;
  /** A shape that is quick in every provider, for tests and for comparing with `plain` where `shape` is too slow. */
  tiny: Shape;
  cost(shape: Shape): Cost;
  /** Largest norm-wise relative difference between providers. */
  tolerance: number;
  ours(runtime: Runtime, shape: Shape): Step;
  /** Absent for whole networks that nobody would write as loops. */
  plain?(shape: Shape): Step;
  /** The same for other libraries: rows that have it are in bench:peers. */
  program?(shape: Shape): Program;
  /** Numbers of threads other libraries are measured with. Default: one. */
  threads?: readonly number[];
}

/** Sums of a few thousand float32 terms in another order differ by about 1e-6. */
export const ROUNDING = 1e-5;

/** Seeded float32 values of mean `mean` and standard deviation `scale`, uniformly distributed: quick to make. */
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

/** Takes the gradients away from the leaves, which start the next step without. */
export function takeGradients(leaves: readonly Tensor[]): Tensor[] {
  return leaves.map((owner) => {
    const { grad } = owner;
    if (!grad) throw new Error(`bench: a leaf of shape [${owner.shape}] got no gradient`);
    owner.grad = null;
    return grad;
  });
}
