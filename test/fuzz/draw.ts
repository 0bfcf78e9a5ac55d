// How a case draws its arguments, and what it returns.
import * as fc from "fast-check";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import { normal } from "../numbers.js";
import type { Node, Tape } from "./tape.js";

/** The kinds of input: ranges of numbers. */
export const kinds = {
  ordinary: (n: number, seed: number) => normal(n, seed),
  constant: (n: number, seed: number) => new Float32Array(n).fill(normal(1, seed, 100)[0]),
  "1e4 + N": (n: number, seed: number) => normal(n, seed, 1, 1e4),
  "1e6 + N": (n: number, seed: number) => normal(n, seed, 1, 1e6),
  "1e-20": (n: number, seed: number) => normal(n, seed, 1e-20),
  "1e18": (n: number, seed: number) => normal(n, seed, 1e18),
  "1e37": (n: number, seed: number) => normal(n, seed, 1e37),
  "one NaN": (n: number, seed: number) => withOne(n, seed, Number.NaN),
  "one Inf": (n: number, seed: number) => withOne(n, seed, Infinity),
  "one 1e6": (n: number, seed: number) => withOne(n, seed, 1e6),
} as const;
export type Kind = keyof typeof kinds;

function withOne(n: number, seed: number, value: number): Float32Array {
  const values = normal(n, seed);
  if (n > 0) values[seed % n] = value;
  return values;
}

/** How an input is filled: as the kind of the run says, with N(0, 1), or within a range. */
export type Fill = "kind" | "normal" | "positive" | "share";
export interface Input {
  name: string;
  shape: Shape;
  fill: Fill;
  /** False: the input gets no gradient. */
  grad?: boolean;
}
export interface Results<T> {
  outputs: T[];
  /** The tensors that the call changes in place. */
  moved?: T[];
}
export interface Drawn {
  /** The call as text that can be pasted. Inputs stand by their names. */
  call: string;
  inputs: Input[];
  run(tensors: Tensor[], runtime: Runtime): Results<Tensor>;
  oracle(t: Tape, inputs: Node[][]): Results<Node[]>;
  /** What the backward pass adds to the gradient of the first input by its own rule. */
  offset?(t: Tape, inputs: Node[][]): Float64Array;
  /** The number of roundings of the worst path. Default 32. */
  roundings?: number;
  /**
   * True for Winograd, which shares a transform between neighbours. They may change by rounding, and differ by 1e-7 of
   * the median.
   */
  nearby?: boolean;
}
export type Case = (pick: Pick) => Drawn;

/** The choices of fast-check. It makes them smaller when something fails. */
export class Pick {
  readonly #g: fc.GeneratorValue;
  constructor(g: fc.GeneratorValue) {
    this.#g = g;
  }
  one<T>(...values: T[]): T {
    return values[this.#g(fc.nat, { max: values.length - 1 })];
  }
  int(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }
  maybe(): boolean {
    return this.#g(fc.boolean);
  }
  /** True once in `n` times. */
  rarely(n = 16): boolean {
    return this.int(0, n - 1) === n - 1;
  }
  /** The length of an axis: vectors, their tails, and now and then 0. */
  length(...more: number[]): number {
    return this.rarely(24) ? 0 : this.one(1, 3, 2, 4, 5, 7, 8, 17, ...more);
  }
  shape(least: number, most: number, largest = 600): Shape {
    const shape = Array.from({ length: this.int(least, most) }, () => this.length(13, 31));
    while (sizeOf(shape) > largest) shape[shape.indexOf(Math.max(...shape))] = 2;
    return shape;
  }
  eps(usual = 1e-5): number {
    return this.one(usual, usual, 1e-3, 1e-12, 0);
  }
}

/** An input's name, its shape and how it is filled. */
export const input = (name: string, shape: Shape, fill: Fill = "kind", grad = true): Input => ({
  name,
  shape,
  fill,
  grad,
});

/** Options in the form of source code. */
export const show = (options: object): string =>
  JSON.stringify(options)
    .replace(/"(\w+)":/g, "$1: ")
    .replaceAll(",", ", ");

/** Int32 tensors and masks of a case are made for each runtime. */
export type Maker = (runtime: Runtime) => AnyTensor;
