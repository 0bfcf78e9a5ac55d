// What the norms over one axis share (over the channels of each pixel, or a vector's p-norm): see
// assembly/norm/axis-norm.ts.

import { record } from "../../autograd.js";
import { call } from "../../call.js";
import {
  axisNormBackwardScratch,
  axisNormForwardScratch,
  statistic,
} from "../../runtime/kernels.js";
import { addressOf, empty, full, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { permute } from "../shape/permute.js";

export interface AxisNorm {
  statistic: keyof typeof statistic;
  eps: number;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** A callback that gets the statistics [outer, inner, 3]: mean, variance or norm, rstd. */
  onStatistics?: (stats: Tensor<"float64">) => void;
}

/** How many columns a unit of the kernels has: as many as leave the unit in the second-level cache. */
const widthOf = (n: number, inner: number): number => Math.min(inner, n <= 128 ? 1024 : 64);

/**
 * Normalises x over the axes from … to − 1, seen as one. weight and bias have as many elements as these. All is
 * checked.
 */
export function axisNorm(op: string, x: Tensor, from: number, to: number, o: AxisNorm): Tensor {
  return call(op, () => {
    const { runtime, shape } = x;
    const n = sizeOf(shape.slice(from, to));
    const inner = sizeOf(shape.slice(to));
    const outer = sizeOf(shape.slice(0, from));
    if (inner === 1 && outer > 1 && n > 0) return overRows(op, x, outer, n, o);
    const width = widthOf(n, inner);
    const units = x.size === 0 ? 0 : outer * Math.ceil(inner / width);
    const work = n * width;
    const sizes = [n, inner, width] as const;
    const kind = [statistic[o.statistic], o.eps] as const;
    const y = empty(runtime, shape);
    using stats = temporary(runtime, [outer, inner, 3], "float64");
    const pointers = [y.ptr, stats.ptr, x.ptr, addressOf(o.weight), addressOf(o.bias)] as const;
    const args = [...pointers, ...sizes, ...kind] as const;
    runtime.run("axisNormForward", units, 4 * work, args, axisNormForwardScratch(width));
    o.onStatistics?.(stats);
    const { weight, bias } = o;
    const shapes = [shape, weight?.shape, bias?.shape];
    const inputs = [x, weight, bias];
    const how = { op, rule: "axisNorm", n, inner, statistic: o.statistic, eps: o.eps };
    return record(how, y, inputs, [x, stats, weight], (dy, [x, stats, weight], needs) => {
      const grads = shapes.map((of, i) => {
        if (!needs[i] || !of) return null;
        return units > 0 ? empty(runtime, of) : full(of, 0, { runtime });
      });
      if (units === 0) return grads;
      const [dx, dweight, dbias] = grads;
      // Units of few columns are done together, for their sums take 2·n numbers an item.
      const together = Math.ceil(64 / width);
      const items = Math.ceil(units / together);
      using partials = dweight || dbias ? temporary(runtime, [items, 2, n]) : null;
      const pointers = [
        addressOf(dx),
        addressOf(partials),
        dy.ptr,
        x.ptr,
        stats.ptr,
        addressOf(weight),
      ] as const;
      const args = [...pointers, ...sizes, units, together, ...kind] as const;
      runtime.run(
        "axisNormBackward",
        items,
        8 * together * work,
        args,
        axisNormBackwardScratch(width),
      );
      if (partials) {
        const sums = [addressOf(dweight), addressOf(dbias), partials.ptr, items, n] as const;
        runtime.run("layerNormParameterGradients", n, 4 * items, sums);
      }
      return grads;
    });
  });
}

/** The norm over the last axis, as the norm over the first axis of x transposed. */
function overRows(op: string, x: Tensor, outer: number, n: number, o: AxisNorm): Tensor {
  using rows = x.reshape([outer, n]);
  using columns = permute(rows, [1, 0]);
  using y = axisNorm(op, columns, 0, 1, o);
  using back = permute(y, [1, 0]);
  return back.reshape(x.shape);
}
