import { mul } from "../../ops/elementwise/mul.js";
import { gatherPositions, scatterPositions } from "../../ops/norm/valid-positions.js";
import { embedding } from "../../ops/product/embedding.js";
import { permute } from "../../ops/shape/permute.js";
import { resizeNearest } from "../../ops/shape/resize-nearest.js";
import { slice } from "../../ops/shape/slice.js";
import { put, take } from "../../ops/shape/take.js";
import type { Shape, Tensor } from "../../tensor.js";
import type { Linear, Rule } from "../rule.js";
import { constant, type Step } from "../step.js";

interface Slice {
  axis: number;
  first: number;
  length: number;
}

interface Concat {
  axis: number;
  shapes: readonly Shape[];
}

interface Embedding {
  list: readonly number[];
  /** The row that gets no gradient, −1 for none. */
  padding: number;
}

interface Runs {
  axis: number;
  places: Int32Array;
  count: number;
  length: number;
}

interface Positions {
  shape: Shape;
  stride: number;
}

/** Where the positions lie: their index is what the op saved. */
const at = ({ how, saved }: Linear<Positions>) => ({
  ...how,
  index: saved[0] as unknown as Tensor<"int32">,
});

export const shapeRules: Record<string, Rule> = {
  reshape: { back: (s: Step) => s.each(() => s.dy.reshape(s.shapeOf(0))) },
  permute: {
    again: (v: Tensor, { how }: Linear<{ order: readonly number[] }>) => permute(v, how.order),
  },
  slice: {
    again: (v: Tensor, { how: { axis, first, length } }: Linear<Slice>) =>
      slice(v, axis, first, first + length),
  },
  concat: {
    back: (s: Step<Concat>) => {
      const { axis, shapes } = s.how;
      const lengths = shapes.map((shape) => shape[axis]);
      return s.each((k) => {
        const start = lengths.slice(0, k).reduce((sum, length) => sum + length, 0);
        return slice(s.dy, axis, start, start + lengths[k]);
      });
    },
  },
  resizeNearest: {
    again: (v: Tensor, { shape }: Linear) => resizeNearest(v, [shape[2], shape[3]]),
  },
  embedding: {
    again: (v: Tensor, { how: { list, padding }, shape }: Linear<Embedding>) => {
      const rows = embedding(v, list);
      const counts = list.map((id) => Number(id !== padding));
      return (padding < 0 ? rows : mul(rows, constant(v, [list.length, 1], counts))).reshape(shape);
    },
  },
  take: {
    again: (v: Tensor, { how: { axis, places, count } }: Linear<Runs>) =>
      take(v, axis, count, (j) => places[j]),
  },
  put: {
    again: (v: Tensor, { how: { axis, places, length } }: Linear<Runs>) =>
      put(v, axis, places, length),
  },
  gather: { again: (v: Tensor, op: Linear<Positions>) => gatherPositions(v, at(op)) },
  scatter: { again: (v: Tensor, op: Linear<Positions>) => scatterPositions(v, at(op)) },
};
