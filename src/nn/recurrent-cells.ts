// One step of each recurrent cell, made of products and activations. The gates stand side by side as in PyTorch.
import { add } from "../ops/elementwise/add.js";
import { mul } from "../ops/elementwise/mul.js";
import { relu } from "../ops/elementwise/relu.js";
import { sigmoid } from "../ops/elementwise/sigmoid.js";
import { sub } from "../ops/elementwise/sub.js";
import { tanh } from "../ops/elementwise/tanh.js";
import { linear } from "../ops/product/linear.js";
import { slice } from "../ops/shape/slice.js";
import type { Tensor } from "../tensor.js";
import type { CellNorm } from "./recurrent-norm.js";

/** What a cell carries from step to step. Only an LSTM has c. */
export interface CellState {
  h: Tensor;
  c: Tensor | null;
}

/** The norms of a cell by the place that they have in it; none without an option `norm`. */
export type CellNorms = Partial<Record<"sum" | "ih" | "hh" | "ihN" | "hhN" | "c", CellNorm>>;

/** The parameters of one direction of one layer. */
export interface Cell {
  weightHh: Tensor;
  biasIh: Tensor | null;
  biasHh: Tensor | null;
  norms: CellNorms;
}

/** The next state from the products of the input [N, gates·H]. Their bias is in them where the cell has no norm. */
export type Step = (cell: Cell, step: number, input: Tensor, state: CellState) => CellState;

const plus = (x: Tensor, bias: Tensor | null): Tensor => (bias ? add(x, bias) : x);
const gate = (gates: Tensor, k: number, size: number, count = 1): Tensor =>
  slice(gates, 1, k * size, (k + count) * size);

/** Both sides of the gates: of the input and of h. */
function sidesOf(cell: Cell, step: number, input: Tensor, h: Tensor): [Tensor, Tensor] {
  const { weightHh, biasIh, biasHh, norms } = cell;
  if (!norms.ih && !norms.sum) return [input, linear(h, weightHh, biasHh)];
  const hidden = linear(h, weightHh);
  return [
    plus(norms.ih?.at(step, input) ?? input, biasIh),
    plus(norms.hh?.at(step, hidden) ?? hidden, biasHh),
  ];
}

/** The step of an Elman cell. */
function elman(
  activation: (x: Tensor) => Tensor,
  cell: Cell,
  step: number,
  input: Tensor,
  h: Tensor,
): CellState {
  const { weightHh, biasIh, biasHh, norms } = cell;
  if (norms.sum) {
    const sum = norms.sum.at(step, add(input, linear(h, weightHh)));
    return { h: activation(plus(plus(sum, biasIh), biasHh)), c: null };
  }
  const [x, hidden] = sidesOf(cell, step, input, h);
  return { h: activation(add(x, hidden)), c: null };
}

const rnnTanh: Step = (cell, step, input, { h }) => elman(tanh, cell, step, input, h);
const rnnRelu: Step = (cell, step, input, { h }) => elman(relu, cell, step, input, h);

const lstm: Step = (cell, step, input, { h, c }) => {
  const gates = add(...sidesOf(cell, step, input, h));
  const [, size] = h.shape;
  const [i, f, o] = [0, 1, 3].map((k) => sigmoid(gate(gates, k, size)));
  const g = tanh(gate(gates, 2, size));
  const next = add(mul(f, c as Tensor), mul(i, g));
  return { h: mul(o, tanh(cell.norms.c?.at(step, next) ?? next)), c: next };
};

const gru: Step = (cell, step, input, { h }) => {
  const { weightHh, biasIh, biasHh, norms } = cell;
  const [, size] = h.shape;
  const hidden = linear(h, weightHh, norms.ih ? null : biasHh);
  /** One side: the reset and the update gate together, and the candidate. */
  const side = (of: Tensor, both?: CellNorm, alone?: CellNorm, bias: Tensor | null = null) => {
    const [gates, candidate] = [gate(of, 0, size, 2), gate(of, 2, size)];
    if (!both || !alone) return [gates, candidate];
    const shift = bias?.reshape([1, 3 * size]);
    return [
      plus(both.at(step, gates), shift ? gate(shift, 0, size, 2) : null),
      plus(alone.at(step, candidate), shift ? gate(shift, 2, size) : null),
    ];
  };
  const [gatesX, candidateX] = side(input, norms.ih, norms.ihN, biasIh);
  const [gatesH, candidateH] = side(hidden, norms.hh, norms.hhN, biasHh);
  const both = sigmoid(add(gatesX, gatesH));
  const [reset, update] = [0, 1].map((k) => gate(both, k, size));
  const candidate = tanh(add(candidateX, mul(reset, candidateH)));
  return { h: add(candidate, mul(update, sub(h, candidate))), c: null };
};

/** The steps by the kind of the cell. */
export const steps = { tanh: rnnTanh, relu: rnnRelu, lstm, gru };
export type CellKind = keyof typeof steps;
