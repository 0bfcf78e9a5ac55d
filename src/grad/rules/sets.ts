// The norms that share their kernels: over rows, over sets of channels, over one axis.
import type { Activation } from "../../ops/elementwise/activation.js";
import { add } from "../../ops/elementwise/add.js";
import { div } from "../../ops/elementwise/div.js";
import { exp } from "../../ops/elementwise/exp.js";
import { log } from "../../ops/elementwise/log.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sqrt } from "../../ops/elementwise/sqrt.js";
import { sub } from "../../ops/elementwise/sub.js";
import type { AxisNorm } from "../../ops/norm/axis-norm.js";
import type { Sets } from "../../ops/norm/channel-norm.js";
import type { RowNorm } from "../../ops/norm/row-norm.js";
import type { ScaledRows } from "../../ops/norm/scaled-rows.js";
import { sum } from "../../ops/reduce/sum.js";
import { slice } from "../../ops/shape/slice.js";
import { type Shape, sizeOf, type Tensor } from "../../tensor.js";
import type { Composed, Rule } from "../rule.js";
import { constant, constantOf } from "../step.js";
import {
  activated,
  affine,
  atLeast,
  centred,
  deviation,
  fromZero,
  type Maybe,
  magnitude,
  meanSquare,
} from "./moments.js";

const rowNorm: Composed<{ cols: number; o: RowNorm }> = {
  given: ({ saved: [x, , weight, bias] }) => [x, weight, bias],
  op: ([x, weight, bias]: [Tensor, Maybe, Maybe], { how: { cols, o } }) => {
    const rows = x.reshape([-1, cols]);
    const from = o.centre ? centred(rows, [1]) : rows;
    const y = affine(div(from, deviation(from, [1], o.eps)), weight, bias, [cols]);
    return activated(o.activation, y).reshape(x.shape);
  },
};

/** x with axes that hold the sets, and those that a set's statistics are over. */
function layoutOf({ sets, runs, planeStep, length, cols }: Sets): { shape: Shape; axes: number[] } {
  if (cols) return { shape: [(sets * runs) / cols, length, cols / runs, runs], axes: [1, 3] };
  if (planeStep === 1) return { shape: [sets, runs, length], axes: [1, 2] };
  return { shape: [runs, sets, length], axes: [0, 2] };
}

interface ChannelNorm {
  s: Sets;
  eps: number;
  activation: Activation | null | undefined;
  constant: boolean;
}

const channelNorm: Composed<ChannelNorm> = {
  given: ({ saved: [x, , weight, bias] }) => [x, weight, bias],
  op: ([x, weight, bias]: [Tensor, Maybe, Maybe], { how, saved }) => {
    const { shape, axes } = layoutOf(how.s);
    const planes = x.reshape(shape);
    const kept = shape.map((length, i) => (axes.includes(i) ? 1 : length));
    const stats = saved[1].elements;
    const statistic = (k: number) =>
      constant(
        x,
        kept,
        Float64Array.from({ length: sizeOf(kept) }, (_, i) => stats[3 * i + k]),
      );
    let y: Tensor;
    if (how.constant) y = mul(sub(planes, statistic(0)), statistic(2));
    else {
      const from = centred(planes, axes);
      y = div(from, deviation(from, axes, how.eps));
    }
    const channels = (weight ?? bias)?.size ?? 1;
    const { length, cols } = how.s;
    const own = cols ? [-1, channels] : [-1, channels, length];
    const scaled = affine(y.reshape(own), weight, bias, cols ? [channels] : [channels, 1]);
    return activated(how.activation, scaled).reshape(x.shape);
  },
};

/** ‖x‖ over axis 1. */
function normOf(x: Tensor, statistic: AxisNorm["statistic"]): Tensor {
  if (statistic === "norm1") return sum(magnitude(x), 1, true);
  if (statistic === "norm2") return fromZero(sum(mul(x, x), 1, true), sqrt);
  const size = magnitude(x);
  if (statistic === "norm3") {
    const cubes = sum(mul(mul(size, size), size), 1, true);
    return fromZero(cubes, (s) => exp(div(log(s), 3)));
  }
  // The largest elements have equal shares of the gradient.
  const [outer, n, inner] = x.shape;
  const values = size.elements;
  const shares = new Float32Array(x.size);
  for (let column = 0; column < outer * inner; column++) {
    const from = Math.floor(column / inner) * n * inner + (column % inner);
    const places = Array.from({ length: n }, (_, i) => from + i * inner);
    const largest = Math.max(...places.map((i) => values[i]));
    const ties = places.filter((i) => values[i] === largest);
    for (const i of ties) shares[i] = 1 / ties.length;
  }
  return sum(mul(size, constant(x, x.shape, shares)), 1, true);
}

interface OverAxis {
  n: number;
  inner: number;
  statistic: AxisNorm["statistic"];
  eps: number;
}

const axisNorm: Composed<OverAxis> = {
  given: ({ saved: [x, , weight] }) => [x, weight],
  op: ([x, weight, bias]: [Tensor, Maybe, Maybe], { how: { n, inner, statistic, eps } }) => {
    const columns = x.reshape([-1, n, inner]);
    const from = statistic === "moments" ? centred(columns, [1]) : columns;
    const divisor =
      statistic === "moments" || statistic === "rms"
        ? deviation(from, [1], eps)
        : atLeast(normOf(from, statistic), eps);
    return affine(div(from, divisor), weight, bias, [n, 1]).reshape(x.shape);
  },
};

interface OfRows {
  kind: ScaledRows["kind"];
  counted: number;
  eps: number;
}

/** What each row [rows, d] is divided by. */
function divisorOf(rows: Tensor, { kind, counted, eps }: OfRows): Tensor {
  const [, d] = rows.shape;
  const first = counted < d ? slice(rows, 1, 0, counted) : rows;
  if (kind === "rms") return deviation(first, [1], eps);
  if (kind === "rmsEpsOutside") return add(fromZero(meanSquare(first, [1]), sqrt), eps);
  const squares = sum(mul(first, first), 1, true);
  if (kind === "norm") return atLeast(fromZero(squares, sqrt), eps);
  const total = sum(first, 1, true);
  return sqrt(add(div(add(squares, mul(total, total)), counted + 1), eps));
}

const scaledRows: Composed<OfRows> = {
  given: ({ saved: [x, , , weight] }) => [x, weight],
  op: ([x, weight, bias]: [Tensor, Maybe, Maybe], { how }) => {
    const d = x.shape.at(-1) ?? 1;
    const rows = x.reshape([-1, d]);
    return affine(div(rows, divisorOf(rows, how)), weight, bias, [d]).reshape(x.shape);
  },
};

interface PNorm {
  from: number;
  to: number;
  p: number;
  eps: number;
}

/** The powers are of |x| relative to the largest, which is a constant: no power is beyond float32. */
const pNorm: Composed<PNorm> = {
  op: ([x]: [Tensor], { how: { from, to, p, eps } }) => {
    const n = sizeOf(x.shape.slice(from, to));
    const sets = x.reshape([sizeOf(x.shape.slice(0, from)), n, sizeOf(x.shape.slice(to))]);
    const largest = constantOf(normOf(sets, "maximum"), (v) => v || 1);
    const power = (t: Tensor, q: number) => fromZero(t, (s) => exp(mul(log(s), q)));
    const total = sum(power(div(magnitude(sets), largest), p), 1, true);
    const norm = mul(power(total, 1 / p), largest);
    return div(sets, atLeast(norm, eps)).reshape(x.shape);
  },
};

export const setRules: Record<string, Rule> = {
  rowNorm,
  channelNorm,
  axisNorm,
  scaledRows,
  pNorm,
};
