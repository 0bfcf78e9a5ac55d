// What the norms over one axis share (the channels of each pixel, a vector's p-norm), see assembly/norm/axis-norm.ts.

import { record } from "../autograd.js";
import { call } from "../call.js";
import { empty, full, sizeOf, type Tensor } from "../tensor.js";
import { permute } from "./permute.js";

/** The kernels' numbers of the statistics. */
export const STATISTIC = { maximum: 0, norm1: 1, norm2: 2, norm3: 3, rms: 4, moments: 5 } as const;

export interface AxisNorm {
  statistic: keyof typeof STATISTIC;
  eps: number;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Gets the statistics [outer, inner, 3]: mean, variance or norm, rstd. */
  onStatistics?: (stats: Tensor<"float64">) => void;
}

const ptr = (tensor: Tensor | null | undefined): number => tensor?.ptr ?? 0;

/** Columns a unit of the kernels: as many as leave it in the second cache. */
const widthOf = (n: number, inner: number): number => Math.min(inner, n <= 128 ? 1024 : 64);

/** Normalises x over the axes from … to − 1, seen as one; weight and bias have as many elements as these. All checked. */
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
    const sizes = [n, inner, width];
    const how = [STATISTIC[o.statistic], o.eps];
    const y = empty(runtime, shape);
    using stats = empty(runtime, [outer, inner, 3], "float64");
    const pointers = [y.ptr, stats.ptr, x.ptr, ptr(o.weight), ptr(o.bias)];
    const args = [...pointers, ...sizes, ...how];
    runtime.run("axisNormForward", units, 4 * work, args, 28 * (width + 3));
    o.onStatistics?.(stats);
    const { weight, bias } = o;
    const shapes = [shape, weight?.shape, bias?.shape];
    return record(op, y, [x, weight, bias], [x, stats, weight], (dy, [x, stats, weight], needs) => {
      const grads = shapes.map((of, i) => {
        if (!needs[i] || !of) return null;
        return units > 0 ? empty(runtime, of) : full(of, 0, { runtime });
      });
      if (units === 0) return grads;
      const [dx, dweight, dbias] = grads;
      // units of few columns together, for their sums take 2·n numbers an item
      const together = Math.ceil(64 / width);
      const items = Math.ceil(units / together);
      using partials = dweight || dbias ? empty(runtime, [items, 2, n]) : null;
      const pointers = [ptr(dx), ptr(partials), dy.ptr, x.ptr, stats.ptr, ptr(weight)];
      const args = [...pointers, ...sizes, units, together, ...how];
      runtime.run("axisNormBackward", items, 8 * together * work, args, 32 * (width + 3));
      if (partials) {
        const sums = [ptr(dweight), ptr(dbias), partials.ptr, items, n];
        runtime.run("layerNormParameterGradients", n, 4 * items, sums);
      }
      return grads;
    });
  });
}

/** The last axis: as the first of x transposed. */
function overRows(op: string, x: Tensor, outer: number, n: number, o: AxisNorm): Tensor {
  using rows = x.reshape([outer, n]);
  using columns = permute(rows, [1, 0]);
  using y = axisNorm(op, columns, 0, 1, o);
  using back = permute(y, [1, 0]);
  return back.reshape(x.shape);
}
