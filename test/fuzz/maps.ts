// Functions of one number and their slopes, for the oracles.
import type { Activation } from "../../src/ops/index.js";
import { erf } from "../reference/erf.js";
import type { Pick } from "./draw.js";
import type { Node, Tape } from "./tape.js";

const logistic = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** An extra term of the error, in units of 2⁻²⁴: e^x underflows near 2⁻¹²⁶. */
const UNDERFLOW = 2 ** -100;
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The number of roundings of a slope of about 1. Where the function bends, the roundings of its argument count too. */
const ofSlope = (t: Tape, a: Node) => 1 + (Math.abs(t.at(a)) < 20 ? t.size(a) : 0);

/** Functions of one number at a time. A slope is only as exact as 1: if y is near 1, 1 − y² keeps no more digits. */
export const maps = {
  exp: (t: Tape, a: Node) => t.exp(a),
  log: (t: Tape, a: Node) => t.log(a),
  neg: (t: Tape, a: Node) => t.linear(a, -1),
  sqrt: (t: Tape, a: Node) => t.sqrt(a),
  relu: (t: Tape, a: Node) => t.relu(a),
  tanh(t: Tape, a: Node) {
    const y = Math.tanh(t.at(a));
    return t.map(a, y, 1 - y * y, ofSlope(t, a));
  },
  sigmoid(t: Tape, a: Node) {
    const x = t.at(a);
    const y = logistic(x);
    const size = y + UNDERFLOW;
    // below 0 the slope is about eˣ: there the rounding of x counts as |x| roundings
    return t.node(y, [a], [y * (1 - y)], size, [size * Math.max(1, 1 - x, ofSlope(t, a))]);
  },
  softplus(t: Tape, a: Node) {
    const x = t.at(a);
    const y = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const size = (y + UNDERFLOW) * Math.max(1, 1 - x);
    return t.node(y, [a], [logistic(x)], size, [
      (logistic(x) + UNDERFLOW) * Math.max(1, 1 - x, ofSlope(t, a)),
    ]);
  },
  silu(t: Tape, a: Node) {
    const x = t.at(a);
    const s = logistic(x);
    // at −∞ both x·e^x and its slope have the limit 0
    const limit = x === -Infinity;
    const slope = limit ? 0 : x === Infinity ? 1 : s * (1 + x * (1 - s));
    const y = limit ? 0 : x * s;
    return t.node(y, [a], [slope], Math.abs(y) + UNDERFLOW * Math.min(Math.abs(x), 128), [
      ofSlope(t, a),
    ]);
  },
  gelu(t: Tape, a: Node) {
    const x = t.at(a);
    const phi = 0.5 * (1 + erf(x * Math.SQRT1_2));
    const y = x === -Infinity ? 0 : x * phi;
    const slope = phi + (Math.abs(x) === Infinity ? 0 : x * density(x));
    return t.node(y, [a], [slope], Math.abs(y) + 2 * Math.min(Math.abs(x), 6), [ofSlope(t, a)]);
  },
} satisfies Record<string, (t: Tape, a: Node) => Node>;

export function geluTanh(t: Tape, a: Node): Node {
  const x = t.at(a);
  const root = Math.sqrt(2 / Math.PI);
  const h = Math.tanh(root * (x + 0.044715 * x ** 3));
  const y = x === -Infinity ? 0 : 0.5 * x * (1 + h);
  const inner = h === 1 || h === -1 ? 0 : x * (1 - h * h) * root * (1 + 3 * 0.044715 * x * x);
  const slope = 0.5 * (1 + h + inner);
  return t.node(y, [a], [slope], Math.abs(y) + 2 * Math.min(Math.abs(x), 8), [ofSlope(t, a)]);
}

export const activated = (t: Tape, nodes: Node[], activation: Activation | null): Node[] =>
  activation ? nodes.map((a) => maps[activation](t, a)) : nodes;
export const drawActivation = (pick: Pick): Activation | null =>
  pick.one<Activation | null>(null, null, "relu", "gelu", "silu");
