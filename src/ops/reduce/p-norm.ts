// Division by a p-norm of any p > 0, by loops in float64. The powers take the kernels' ln and exp.
import { record } from "../../autograd.js";
import { empty, sizeOf, type Tensor, temporary } from "../../tensor.js";

/** r^q of numbers r ≥ 0 as e^(q·ln r), in float32. */
function powers(like: Tensor, r: Float64Array, q: number): Float64Array {
  using x = temporary(like.runtime, [r.length]);
  x.elements.set(r);
  like.runtime.run("logForward", r.length, 4, [x.ptr, x.ptr]);
  x.elements.set(x.elements.map((v) => q * v));
  like.runtime.run("expForward", r.length, 4, [x.ptr, x.ptr]);
  return Float64Array.from(x.elements);
}

/** x / max(‖x‖ₚ, eps) over the axes from … to − 1, seen as one. All is checked. */
export function pNorm(x: Tensor, from: number, to: number, p: number, eps: number): Tensor {
  const { runtime, shape } = x;
  const n = sizeOf(shape.slice(from, to));
  const inner = sizeOf(shape.slice(to));
  const setOf = (i: number) => Math.floor(i / (n * inner)) * inner + (i % inner);
  const sets = sizeOf(shape.slice(0, from)) * inner;

  const values = Float64Array.from(x.elements);
  const largest = new Float64Array(sets);
  values.forEach((v, i) => {
    largest[setOf(i)] = Math.max(largest[setOf(i)], Math.abs(v));
  });
  // Shares are relative to the largest, so that no power is beyond float32.
  const share = values.map((v, i) => Math.abs(v) / (largest[setOf(i)] || 1));
  const sums = new Float64Array(sets);
  powers(x, share, p).forEach((power, i) => {
    sums[setOf(i)] += power;
  });
  const roots = powers(x, sums, 1 / p);
  const norms = largest.map((m, set) => (m > 0 && m < Infinity ? m * roots[set] : m));
  const divisors = norms.map((norm) => Math.max(norm, eps));

  const y = empty(runtime, shape);
  y.elements.set(values.map((v, i) => v / divisors[setOf(i)]));
  const how = { op: "normalize", rule: "pNorm", from, to, p, eps };
  return record(how, y, [x], [x], (dy, [x]) => {
    // dx = (dy − ⟨dy, y⟩·sign(x)·(|x|/‖x‖)^(p − 1))/‖x‖, where the norm is not below eps
    const dx = empty(runtime, shape);
    const along = new Float64Array(sets);
    const gradients = Float64Array.from(dy.elements);
    const inputs = Float64Array.from(x.elements);
    gradients.forEach((g, i) => {
      along[setOf(i)] += (g * inputs[i]) / divisors[setOf(i)];
    });
    const slope = powers(
      x,
      inputs.map((v, i) => Math.abs(v) / (norms[setOf(i)] || 1)),
      p - 1,
    );
    dx.elements.set(
      gradients.map((g, i) => {
        const set = setOf(i);
        const constant = norms[set] < eps || inputs[i] === 0;
        const pulled = constant ? 0 : along[set] * Math.sign(inputs[i]) * slope[i];
        return (g - pulled) / divisors[set];
      }),
    );
    return [dx];
  });
}
