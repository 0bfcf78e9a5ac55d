import { sizeOf, type Tensor } from "../../src/tensor.js";

interface KerasNorm {
  /** Elements with the same result share their moments. The argument is the index of an element. */
  set: (index: number[]) => string;
  eps: number;
  centred?: boolean;
  /** The index of gamma and beta for an element. */
  at: (index: number[]) => number;
  gamma?: ArrayLike<number>;
  beta?: ArrayLike<number>;
}

/** (x − mean)/√(variance + eps)·gamma + beta in float64, on any layout. If not `centred`, the mean is left out. */
export function keras(x: Tensor, norm: KerasNorm): Float64Array {
  const { set, eps, centred = true, at, gamma, beta } = norm;
  const indices = Array.from({ length: x.size }, (_, i) =>
    x.shape.map((n, axis) => Math.floor(i / sizeOf(x.shape.slice(axis + 1))) % n),
  );
  const sets = new Map<string, number[]>();
  indices.forEach((index, i) => {
    const key = set(index);
    sets.set(key, [...(sets.get(key) ?? []), x.data[i]]);
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const moments = new Map(
    [...sets].map(([key, values]) => {
      const middle = centred ? mean(values) : 0;
      return [key, [middle, Math.sqrt(mean(values.map((v) => (v - middle) ** 2)) + eps)]];
    }),
  );
  return Float64Array.from(indices, (index, i) => {
    const [middle, deviation] = moments.get(set(index)) as number[];
    const p = at(index);
    return ((x.data[i] - middle) / deviation) * (gamma?.[p] ?? 1) + (beta?.[p] ?? 0);
  });
}
