// What the norms over one axis share (the channels of each pixel, a vector's p-norm), see assembly/norm/axis-norm.ts.
import { record } from "../autograd.js";
import { empty, full, sizeOf, type Tensor } from "../tensor.js";

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

/** Units a block of the backward kernel. */
const BLOCK = 16;

const ptr = (tensor: Tensor | null | undefined): number => tensor?.ptr ?? 0;

/** Normalises x over the axes from … to − 1, seen as one; weight and bias have as many elements as these. All checked. */
export function axisNorm(op: string, x: Tensor, from: number, to: number, o: AxisNorm): Tensor {
  const { runtime, shape } = x;
  const n = sizeOf(shape.slice(from, to));
  const inner = sizeOf(shape.slice(to));
  const outer = sizeOf(shape.slice(0, from));
  const units = x.size === 0 ? 0 : outer * Math.ceil(inner / 4);
  const work = n * Math.min(inner, 4);
  const sizes = [n, inner];
  const how = [STATISTIC[o.statistic], o.eps];
  const y = empty(runtime, shape);
  using stats = empty(runtime, [outer, inner, 3], "float64");
  const pointers = [y.ptr, stats.ptr, x.ptr, ptr(o.weight), ptr(o.bias)];
  runtime.run("axisNormForward", units, 4 * work, [...pointers, ...sizes, ...how]);
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
    const blocks = Math.ceil(units / BLOCK);
    using partials = dweight || dbias ? empty(runtime, [blocks, 2, n]) : null;
    const pointers = [ptr(dx), ptr(partials), dy.ptr, x.ptr, stats.ptr, ptr(weight)];
    const args = [...pointers, ...sizes, units, ...how];
    runtime.run("axisNormBackward", blocks, 8 * BLOCK * work, args);
    if (partials) {
      const sums = [ptr(dweight), ptr(dbias), partials.ptr, blocks, n];
      runtime.run("layerNormParameterGradients", n, 4 * blocks, sums);
    }
    return grads;
  });
}
