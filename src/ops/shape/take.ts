// Runs of a tensor by a list of their places along one axis, and the way back. Padding, gaps and repetitions are lists.
import { record } from "../../autograd.js";
import { empty, full, sizeOf, type Tensor } from "../../tensor.js";

/** Shorter runs are copied element by element. */
const SHORT = 32;

interface Runs {
  outer: number;
  length: number;
  inner: number;
}
const runsOf = ({ shape }: Tensor, axis: number): Runs => ({
  outer: sizeOf(shape.slice(0, axis)),
  length: shape[axis],
  inner: sizeOf(shape.slice(axis + 1)),
});

/** @internal y[…, j, …] = x[…, place(j), …] for j < count along `axis`, or 0 where the place is below 0. */
export function take(x: Tensor, axis: number, count: number, place: (j: number) => number): Tensor {
  const { outer, length, inner } = runsOf(x, axis);
  const y = empty(x.runtime, x.shape.with(axis, count)); // refused before a list of any length is made
  const listed = y.size === 0 ? 0 : count; // where another axis is empty, no memory bounds this one
  const places = Int32Array.from({ length: listed }, (_, j) => place(j));
  const [from, to] = [x.elements, y.elements];
  for (let o = 0, at = 0; o < outer; o++) {
    for (const place of places) {
      const first = (o * length + place) * inner;
      if (place < 0) to.fill(0, at, at + inner);
      else if (inner < SHORT) for (let i = 0; i < inner; i++) to[at + i] = from[first + i];
      else to.set(from.subarray(first, first + inner), at);
      at += inner;
    }
  }
  const how = { op: "take", axis, places, count };
  return record(how, y, [x], [], (dy) => [put(dy, axis, places, length)]);
}

/** @internal The transpose of `take`: y[…, places[j], …] = Σ x[…, j, …], of `length` along `axis`. */
export function put(x: Tensor, axis: number, places: Int32Array, length: number): Tensor {
  const { outer, length: count, inner } = runsOf(x, axis);
  const y = full(x.shape.with(axis, length), 0, { runtime: x.runtime });
  const [from, to] = [x.elements, y.elements];
  for (let o = 0, at = 0; o < outer; o++) {
    for (const place of places) {
      const first = (o * length + place) * inner;
      if (place >= 0) for (let i = 0; i < inner; i++) to[first + i] += from[at + i];
      at += inner;
    }
  }
  const how = { op: "put", axis, places, length };
  return record(how, y, [x], [], (dy) => [take(dy, axis, count, (j) => places[j])]);
}
